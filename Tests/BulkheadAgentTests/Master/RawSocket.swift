import Foundation
import Glibc
import TestSupport

/// Bytes over a connection of their own.
enum RawSocket {
    /// - Returns: what came back until the far end closed, which it was asked to; nothing where that is not waited for.
    @discardableResult
    static func send(_ bytes: [UInt8], to port: Int, isAnswered: Bool = false) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw WaitFailure(what: "a connection: \(String(cString: strerror(errno)))") }
        var sent = 0
        while sent < bytes.count {
            // MSG_NOSIGNAL: it may be gone before it has heard all.
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
            guard count > 0 else { return "" }
            sent += count
        }
        guard isAnswered else { return "" }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var (answer, buffer): ([UInt8], [UInt8]) = ([], .init(repeating: 0, count: 65536))
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer.prefix(count)
        }
    }
}
