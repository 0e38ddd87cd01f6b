import Crypto
import Foundation
import Isolation

/// Length and sums of what goes over: finds what was lost or changed on the way. They need not stop forgers: SSH's own
/// authentication of every packet does.
struct TransferSum {
    /// What the far end can count, in its own words.
    enum Method: String {
        /// Our own guest's program, `templates/guest/relay.c`.
        case words
        /// Any guest.
        case md5
    }

    let method: Method
    private(set) var length = 0
    private var hash = Insecure.MD5()
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    /// Bytes of a word that is not whole yet.
    private var rest: [UInt8] = []

    init(_ method: Method) { self.method = method }

    mutating func update(_ bytes: [UInt8]) {
        length += bytes.count
        switch method {
        case .md5: hash.update(data: bytes)
        case .words: addWords(bytes)
        }
    }

    private mutating func addWords(_ bytes: [UInt8]) {
        let missing = rest.isEmpty ? 0 : min(8 - rest.count, bytes.count)
        if missing > 0 {
            rest += bytes[..<missing]
            guard rest.count == 8 else { return }
            let whole = rest
            rest = []
            addWords(whole)
        }
        var position = missing
        bytes.withUnsafeBytes { bytes in
            while position + 8 <= bytes.count {
                first &+= UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                second &+= first
                position += 8
            }
        }
        rest = Array(bytes[position...])
    }

    /// As the far end prints it, without a name behind it.
    var digest: String {
        switch method {
        case .md5: return hash.finalize().hexadecimal
        case .words:
            var whole = self
            if !rest.isEmpty { whole.addWords([UInt8](repeating: 0, count: 8 - rest.count)) }
            return [UInt64(length), whole.first, whole.second].map { String($0, radix: 16) }.joined(separator: "-")
        }
    }
}
