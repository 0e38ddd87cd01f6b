import Synchronization

/// The end of what a program said, for an error.
final class LastWords: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) { bytes.withLock { $0 = Array(($0 + more).suffix(2048)) } }

    var lines: [String] {
        bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").suffix(5).map(String.init)
    }
}
