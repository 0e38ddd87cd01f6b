internal import Glibc

/// A numeric IPv4 or IPv6 address with a port. Names are not looked up: that would block, and ask a stranger.
struct SocketAddress {
    let family: CInt
    private var storage: sockaddr_storage
    private let length: socklen_t

    /// Nil if the text is not a numeric address. A zone may follow IPv6's: `fe80::1%virbr0`.
    init?(_ host: String, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var result: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &result) == 0, let first = unsafe result,
            let address = unsafe first.pointee.ai_addr
        else { return nil }
        defer { unsafe freeaddrinfo(first) }
        family = unsafe first.pointee.ai_family
        length = unsafe first.pointee.ai_addrlen
        storage = sockaddr_storage()
        let count = min(Int(length), MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
        }
    }

    /// Begins to connect. Returns an error number, or 0; `EINPROGRESS` is normal.
    func connect(_ descriptor: CInt) -> CInt {
        let status = unsafe withUnsafePointer(to: storage) { storage in
            unsafe Glibc.connect(
                descriptor, UnsafeRawPointer(storage).assumingMemoryBound(to: sockaddr.self), length)
        }
        return status == 0 ? 0 : errno
    }
}
