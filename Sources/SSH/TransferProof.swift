internal import Crypto

/// Length and hash of what went over the wire, to be compared with what the far end counted.
struct TransferProof {
    private var hash = SHA256()
    private(set) var length = 0

    mutating func update(_ bytes: [UInt8]) {
        hash.update(data: bytes)
        length += bytes.count
    }

    /// What `wc -c` and `sha256sum` of the same say, one space between.
    var words: String { "\(length) \(Self.hex(hash.finalize())) -" }

    /// Compares with the output of `wc -c` and `sha256sum`; what stands before them is passed over.
    func check(_ text: [UInt8], _ step: SSHError.Step, _ path: String) throws(SSHError) {
        let words = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).suffix(3)
        guard words.count == 3, let theirs = Int(words[words.startIndex]), words.last == "-" else {
            throw SSHError(step, .contentDiffers, "the far end told neither length nor hash of \(path)")
        }
        if theirs != length {
            throw SSHError(step, .contentDiffers, "\(path) has \(theirs) bytes at the far end, \(length) here")
        }
        let ours = Self.hex(hash.finalize())
        if words[words.startIndex + 1] != ours {
            throw SSHError(step, .contentDiffers, "\(path) has another SHA-256 at the far end than \(ours)")
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
