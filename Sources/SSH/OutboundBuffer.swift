internal import Glibc

/// Bytes that libssh2 gave away and the socket has not taken yet.
///
/// libssh2 breaks a session whose sends are interrupted and not repeated in order. So none is ever interrupted: this
/// buffer takes all, and whoever writes much waits first until it is nearly empty (``isFull``).
struct OutboundBuffer {
    private var bytes: [UInt8] = []
    private var head = 0

    var count: Int { bytes.count - head }
    var isEmpty: Bool { count == 0 }
    /// Time to write no more data. Short answers still go in.
    var isFull: Bool { count > 256 << 10 }
    /// Time to read no more either, as what is read may ask for an answer.
    var isOverfull: Bool { count > 1 << 20 }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        unsafe bytes.append(contentsOf: more)
    }

    /// Gives the socket what it takes now. Returns an error number, or 0.
    mutating func flush(to descriptor: CInt) -> CInt {
        while !isEmpty {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(descriptor, buffer.baseAddress.map { unsafe $0 + head }, count, CInt(MSG_NOSIGNAL))
            }
            if sent < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { break }
                return errno
            }
            head += sent
        }
        if isEmpty {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 512 << 10)
            head = 0
        } else if head > 256 << 10 {
            bytes.removeSubrange(..<head)
            head = 0
        }
        return 0
    }
}
