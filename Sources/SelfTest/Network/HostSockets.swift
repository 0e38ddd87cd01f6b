import CLinux
import Glibc
import Isolation

/// Sockets of the host's side, and what is read from them.
enum HostSockets {
    /// What passes an interface, with whether it goes out of the host.
    ///
    /// - Throws: ``BulkheadError`` with `permissionDenied`.
    static func packets(
        of interface: String, _ take: @escaping @Sendable ([UInt8], _ isOutgoing: Bool) -> Void
    ) throws(BulkheadError) -> Watch.Source {
        Watch.Source(descriptor: try opened(linux_packet_socket(interface), "packets of \(interface)")) {
            descriptor in
            var isOutgoing: Int32 = 0
            let frame = read { linux_packet_read(descriptor, $0, $1, &isOutgoing) }
            if let frame { take(frame, isOutgoing != 0) }
        }
    }

    /// Sends a frame out of an interface as it is.
    ///
    /// - Throws: ``BulkheadError`` with `permissionDenied`.
    static func send(_ frame: Frame, through interface: String) throws(BulkheadError) {
        let descriptor = try opened(linux_packet_socket(interface), "packets of \(interface)")
        _ = Glibc.send(descriptor, frame.bytes, frame.bytes.count, 0)
        close(descriptor)
    }

    /// A network interface that is gone with its descriptor.
    ///
    /// - Parameter take: is given a packet, and returns what comes back.
    /// - Throws: ``BulkheadError`` with `permissionDenied`.
    static func tunnel(
        _ name: String, _ take: @escaping @Sendable ([UInt8]) -> [UInt8]?
    ) throws(BulkheadError) -> Watch.Source {
        Watch.Source(descriptor: try opened(linux_tunnel(name), "network interface \(name)")) { descriptor in
            guard let packet = read({ Glibc.read(descriptor, $0, $1) }), let answer = take(packet) else { return }
            _ = write(descriptor, answer, answer.count)
        }
    }

    /// Listens for datagrams.
    ///
    /// - Parameter address: nil for all, of both IP versions where the host has both.
    /// - Returns: nil where somebody else listens there.
    static func datagrams(
        at address: IP?, port: UInt16, _ take: @escaping @Sendable ([UInt8]) -> Void
    ) -> Watch.Source? {
        bound(SOCK_DGRAM.rawValue, address, port).map { descriptor in
            Watch.Source(descriptor: descriptor) { descriptor in
                if let content = read({ recv(descriptor, $0, $1, 0) }) { take(content) }
            }
        }
    }

    /// Listens for connections, which the kernel accepts by itself.
    static func connections(at address: IP?, port: UInt16) -> Watch.Source? {
        guard let descriptor = bound(SOCK_STREAM.rawValue, address, port) else { return nil }
        listen(descriptor, 64)
        return Watch.Source(descriptor: descriptor) { close(accept($0, nil, nil)) }
    }

    /// The port that a socket of ours was given.
    static func port(of source: Watch.Source) -> UInt16 {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(source.descriptor, $0, &size) }
        }
        return UInt16(bigEndian: address.sin6_port)
    }

    static var hasIPv6: Bool { access("/proc/net/if_inet6", R_OK) == 0 }

    /// Sends a datagram as any program of the host would.
    static func send(_ content: [UInt8], to address: IP, port: UInt16) {
        guard let descriptor = socket(of: address, SOCK_DGRAM.rawValue) else { return }
        _ = withSocketAddress(address, port) { sendto(descriptor, content, content.count, 0, $0, $1) }
        close(descriptor)
    }

    /// Whether a connection is accepted; for addresses of the host's own, where that takes no time.
    static func connects(to address: IP, port: UInt16) -> Bool {
        guard let descriptor = socket(of: address, SOCK_STREAM.rawValue) else { return false }
        defer { close(descriptor) }
        return withSocketAddress(address, port) { connect(descriptor, $0, $1) } == 0
    }

    private static func bound(_ kind: UInt32, _ address: IP?, _ port: UInt16) -> Int32? {
        for address in address.map({ [$0] }) ?? [IP([UInt8](repeating: 0, count: 16)), IP([0, 0, 0, 0])] {
            guard let descriptor = socket(of: address, kind) else { continue }
            var off: Int32 = 0
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
            if withSocketAddress(address, port, { bind(descriptor, $0, $1) }) == 0 { return descriptor }
            close(descriptor)
        }
        return nil
    }

    static func socket(of address: IP, _ kind: UInt32) -> Int32? {
        let descriptor = Glibc.socket(
            address.isVersion4 ? AF_INET : AF_INET6, Int32(kind | SOCK_CLOEXEC.rawValue), 0)
        return descriptor < 0 ? nil : descriptor
    }

    static func withSocketAddress<Value>(
        _ address: IP, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var storage = sockaddr_storage()
        let head = UInt16(address.isVersion4 ? AF_INET : AF_INET6)
        withUnsafeMutableBytes(of: &storage) { space in
            space.storeBytes(of: head, as: UInt16.self)
            space[2...].copyBytes(from: port.bytes)
            space[(address.isVersion4 ? 4 : 8)...].copyBytes(from: address.bytes)
        }
        let size = address.isVersion4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
        }
    }

    private static func opened(_ descriptor: Int32, _ what: String) throws(BulkheadError) -> Int32 {
        guard descriptor < 0 else { return descriptor }
        throw BulkheadError(
            .permissionDenied, what, String(cString: strerror(errno)), remedy: "run the self-test as root")
    }

    static func read(_ call: (UnsafeMutableRawPointer?, Int) -> Int) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, used in
            count = call(buffer.baseAddress, buffer.count)
            used = max(0, count)
        }
        return count > 0 ? bytes : nil
    }
}
