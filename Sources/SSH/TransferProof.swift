internal import Crypto

/// Hash and length of what went over the wire; the hash is compared with what the far end has.
struct TransferProof {
    private var hash = SHA256()
    private(set) var length = 0

    mutating func update(_ bytes: [UInt8]) {
        hash.update(data: bytes)
        length += bytes.count
    }

    /// What `sha256sum` of the same says.
    var words: String { "\(Self.hex(hash.finalize()))  -" }

    /// Compares with the output of `sha256sum`; what stands before it is passed over.
    func check(_ text: [UInt8], _ step: SSHError.Step, _ path: String) throws(SSHError) {
        let theirs = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).suffix(2)
        let ours = words.split(separator: " ")
        guard theirs.count == 2, theirs.last == ours.last else {
            throw SSHError(step, .contentDiffers, "the far end told no hash of \(path)")
        }
        if theirs.first != ours.first {
            throw SSHError(step, .contentDiffers, "\(path) has another SHA-256 at the far end than \(ours[0])")
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
