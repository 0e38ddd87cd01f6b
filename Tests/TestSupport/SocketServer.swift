import Glibc

/// A TCP server, on loopback as a rule, that does just what a test tells it to, byte by byte.
public final class SocketServer: Sendable {
    public let port: Int
    private let descriptor: Int32

    /// - Parameters:
    ///   - port: 0: any that is free.
    ///   - host: its IPv4 address as a number; 0: all that there are.
    public init(port: Int = 0, on host: UInt32 = 0x7f00_0001) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var (one, size) = (Int32(1), socklen_t(MemoryLayout<sockaddr_in>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = host.bigEndian
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        guard status == 0 else { throw WaitFailure(what: "a port: \(String(cString: strerror(errno)))") }
        self.port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    public func accept(within limit: Duration = .seconds(60)) async throws -> SocketPeer {
        try await eventually("a connection", within: limit) { self.acceptIfAny() }
    }

    /// One that waits to be accepted.
    public func acceptIfAny() -> SocketPeer? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 0) == 1 else { return nil }
        let accepted = Glibc.accept(descriptor, nil, nil)
        return accepted < 0 ? nil : SocketPeer(accepted)
    }
}

/// One end of a connection, accepted by a ``SocketServer`` or made by the test. Closed with the last reference.
public final class SocketPeer: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a port of loopback.
    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let descriptor = descriptor
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw WaitFailure(what: "connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    public func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Ends the connection in both directions.
    public func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// So many bytes, or fewer where the peer closed.
    public func read(_ count: Int, within limit: Duration = .seconds(60)) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let more = try await some(upTo: count - bytes.count, within: limit) { bytes += more }
        return bytes
    }

    /// All that comes, up to a text; the whole of it where the peer closed before.
    public func text(until end: String, within limit: Duration = .seconds(60)) async throws -> String {
        var text = ""
        while !text.hasSuffix(end), let more = try await some(upTo: 1, within: limit) {
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Waits until the peer closes, and takes what comes before.
    public func awaitEnd(within limit: Duration = .seconds(60)) async throws {
        while try await some(upTo: 65536, within: limit) != nil {}
    }

    private func some(upTo count: Int, within limit: Duration) async throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        return try await eventually("bytes of the peer", within: limit) { () -> [UInt8]?? in
            let size = recv(descriptor, &buffer, count, Int32(MSG_DONTWAIT))
            if size > 0 { return .some(Array(buffer[..<size])) }
            return size == 0 || errno != EAGAIN ? .some(nil) : nil
        }
    }
}
