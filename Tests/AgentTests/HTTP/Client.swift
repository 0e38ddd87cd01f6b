import Glibc
import NIOCore
import NIOPosix
import TestSupport

/// A TCP connection of a test, byte by byte.
final class Client: Sendable {
    private let descriptor: Int32

    /// - Parameters:
    ///   - peer: the last number of its own loopback address, if not that of all.
    ///   - room: how many bytes the kernel may hold for it, if not the usual number.
    init(port: Int, as peer: UInt32? = nil, room: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        guard peer.map({ Self.with($0, port: 0) { bind(descriptor, $0, $1) } }) ?? 0 == 0,
            Self.with(1, port: port, { connect(descriptor, $0, $1) }) == 0
        else { throw WaitFailure(what: "connect: \(String(cString: strerror(errno)))") }
    }

    private static func with(
        _ number: UInt32, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = (0x7f00_0000 + number).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw WaitFailure(what: "connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// - Returns: whether all was taken.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    func abandon() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// What has come until now, or within the limit the first of it; nil where the server closed.
    func some(within limit: Duration = .seconds(60), atMost size: Int = 65536) async throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: size)
        return try await eventually("bytes of the server", within: limit) { () -> [UInt8]?? in
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 { return .some(Array(buffer[..<count])) }
            return count == 0 || errno != EAGAIN ? .some(nil) : nil
        }
    }

    /// Reads until the text is there, or the server closes.
    func text(until end: String, within limit: Duration = .seconds(60)) async throws -> String {
        var text = ""
        while !text.contains(end), let more = try await some(within: limit) {
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    /// Reads until the server closes.
    func rest(within limit: Duration = .seconds(60)) async throws -> String {
        var bytes: [UInt8] = []
        while let more = try await some(within: limit) { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
