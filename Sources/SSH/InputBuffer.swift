/// One write to a command's standard input, on its way into libssh2.
///
/// libssh2 may stop in the middle of a packet and must then be given the same bytes again. So even a write that nobody
/// waits for any more keeps its next packet.
/// `@unchecked Sendable`: used on the session's queue alone.
final class InputBuffer: @unchecked Sendable {
    /// The most that libssh2 takes at once.
    private static let packetSize = 32700
    let bytes: [UInt8]
    var offset = 0
    private(set) var end: Int

    var isFinished: Bool { offset >= end }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    func abandon() {
        end = min(end, offset + Self.packetSize)
    }
}
