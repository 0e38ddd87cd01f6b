internal import CLibssh2
internal import Glibc

/// What stands between libssh2 and the system: the socket, what waits to be sent, and the memory.
///
/// Belongs to one session and is used on its queue alone. libssh2 may read only while there is an ``allowance``; else it
/// sees an empty socket. So one call, the pump's, reads for all channels, and every other call returns at once. (In
/// libssh2, a channel that waits for its answer and reads another channel's instead would fail.)
final class Transport {
    let descriptor: CInt
    let memory: MemoryAccount
    let inbound = InboundBuffer()
    var outbound = OutboundBuffer()
    /// Bytes that may still be read from the socket for libssh2; nil if libssh2 may not read at all. What was read
    /// from the socket is always given to it whole, so that no packet waits here unnoticed.
    var allowance: Int?
    /// Bytes read from the socket so far.
    private(set) var received: UInt64 = 0
    /// What ended the connection; 0 is the server's end of stream.
    private(set) var endErrno: CInt?
    /// No byte goes either way any more.
    var isAbandoned = false
    /// How commands ended, since the last look.
    var reports: [ExitReport] = []
    /// Our number of the channel that the server confirmed last.
    private(set) var confirmedChannel: UInt32 = 0

    init(descriptor: CInt, memoryLimit: Int) {
        self.descriptor = descriptor
        memory = MemoryAccount(limit: memoryLimit)
    }

    /// What libssh2 sees as `recv(2)`, with errors as negative numbers.
    func receive(_ target: UnsafeMutableRawPointer?, _ length: Int) -> Int {
        if isAbandoned { return -Int(ECONNRESET) }
        guard let allowance, let target = unsafe target else { return -Int(EAGAIN) }
        if inbound.isEmpty {
            guard allowance > 0 else { return -Int(EAGAIN) }
            if let status = fill() { return status }
        }
        return unsafe inbound.take(target, length)
    }

    /// Nil once there are bytes.
    private func fill() -> Int? {
        while true {
            let count = inbound.fill(from: descriptor)
            if count > 0 {
                received += UInt64(count)
                allowance = allowance.map { $0 - count }
                return nil
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return -Int(EAGAIN) }
            endErrno = count == 0 ? 0 : errno
            return count == 0 ? 0 : -Int(errno)
        }
    }

    func send(_ buffer: UnsafeRawPointer?, _ length: Int) -> Int {
        if isAbandoned { return -Int(EPIPE) }
        unsafe outbound.append(UnsafeRawBufferPointer(start: buffer, count: length))
        return length
    }

    /// Returns an error number, or 0.
    func flush() -> CInt {
        isAbandoned ? 0 : outbound.flush(to: descriptor)
    }

    /// The last look at a block before libssh2 frees it: a packet that it has dealt with begins with its type.
    func willRelease(_ block: UnsafeMutableRawPointer) {
        let bytes = unsafe UnsafeRawBufferPointer(start: block, count: memory.size(of: block))
        guard bytes.count >= 5 else { return }
        switch unsafe bytes[0] {
        case 91:
            var reader = unsafe WireReader(bytes.dropFirst())
            confirmedChannel = unsafe reader.number() ?? confirmedChannel
        case 98:
            guard reports.count < 4096, let report = unsafe ExitReport(bytes) else { return }
            reports.append(report)
        default:
            return
        }
    }
}
