internal import CLibssh2

extension Transport {
    private typealias Receive =
        @convention(c) (
            CInt, UnsafeMutableRawPointer?, Int, CInt, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int
    private typealias Send =
        @convention(c) (
            CInt, UnsafeRawPointer?, Int, CInt, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int

    /// Makes a libssh2 session that sends, receives and allocates through this transport, which must outlive it.
    /// Nil if the memory limit is too small.
    func makeSession() -> OpaquePointer? {
        let session = unsafe libssh2_session_init_ex(
            { size, context in unsafe Transport.of(context)?.memory.allocate(size) },
            { block, context in
                guard let block = unsafe block, let transport = unsafe Transport.of(context) else { return }
                unsafe transport.willRelease(block)
                unsafe transport.memory.release(block)
            },
            { block, size, context in unsafe Transport.of(context)?.memory.reallocate(block, size) },
            Unmanaged.passUnretained(self).toOpaque())
        guard let session = unsafe session else { return nil }
        let receive: Receive = { _, buffer, length, _, context in
            unsafe Transport.of(context)?.receive(buffer, length) ?? -1
        }
        let send: Send = { _, buffer, length, _, context in
            unsafe Transport.of(context)?.send(buffer, length) ?? -1
        }
        unsafe libssh2_session_callback_set(
            session, LIBSSH2_CALLBACK_RECV, unsafeBitCast(receive, to: UnsafeMutableRawPointer.self))
        unsafe libssh2_session_callback_set(
            session, LIBSSH2_CALLBACK_SEND, unsafeBitCast(send, to: UnsafeMutableRawPointer.self))
        unsafe libssh2_session_set_blocking(session, 0)
        return unsafe session
    }

    private static func of(_ context: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Transport? {
        guard let pointer = unsafe context?.pointee else { return nil }
        return unsafe Unmanaged<Transport>.fromOpaque(pointer).takeUnretainedValue()
    }
}
