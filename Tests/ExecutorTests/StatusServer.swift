import Foundation
import Glibc
import Synchronization

/// Answers every request with one status.
final class StatusServer: Sendable {
    let port: UInt16
    private let descriptor: Int32
    private let state: Mutex<(status: Int, requests: [String])>

    init(status: Int) throws {
        state = Mutex((status, []))
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | listen(descriptor, 50) | getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                var buffer = [UInt8](repeating: 0, count: 8192)
                let count = recv(client, &buffer, buffer.count, 0)
                let status = self?.note(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)) ?? 500
                let answer = Array("HTTP/1.1 \(status) X\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc".utf8)
                _ = answer.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                close(client)
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    var status: Int {
        get { state.withLock { $0.status } }
        set { state.withLock { $0.status = newValue } }
    }
    var requests: [String] { state.withLock { $0.requests } }

    private func note(_ request: String) -> Int {
        state.withLock { state in
            state.requests.append(request)
            return state.status
        }
    }
}
