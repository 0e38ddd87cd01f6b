internal import Glibc

/// Bytes from the socket on their way into libssh2, which asks for 16 KiB at a time: the system is asked for more.
@safe final class InboundBuffer {
    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
    private var head = 0
    private var tail = 0

    var isEmpty: Bool { head == tail }

    /// Returns what `recv(2)` returns; to be called when empty.
    func fill(from descriptor: CInt) -> Int {
        let count = unsafe recv(descriptor, memory.baseAddress, memory.count, 0)
        (head, tail) = (0, max(0, count))
        return count
    }

    /// Moves up to `length` bytes out. Returns how many.
    func take(_ target: UnsafeMutableRawPointer, _ length: Int) -> Int {
        let count = min(length, tail - head)
        guard count > 0, let base = unsafe memory.baseAddress else { return 0 }
        unsafe target.copyMemory(from: base + head, byteCount: count)
        head += count
        return count
    }

    deinit { unsafe memory.deallocate() }
}
