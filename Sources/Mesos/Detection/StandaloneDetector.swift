import Glibc
import NIOCore
import NIOPosix

/// One master that always leads.
public struct StandaloneDetector: MasterDetector {
    private let id: String
    private let host: String
    private let port: Int

    /// - Parameter text: `HOST:PORT` or `ID@HOST:PORT`, also behind `mesos://`; without an id it is `master`.
    public init(_ text: String) throws(DetectionError) {
        let address = text.hasPrefix("mesos://") ? text.dropFirst(8) : text[...]
        let parts = address.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let server = ZooKeeperAddress.Server(parts[parts.count - 1])
        guard let server, !server.host.contains(":"), parts[0].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !parts[0].isEmpty
        else {
            throw DetectionError(
                .addressMalformed, "master “\(ZooKeeperAddress.withoutPassword(text))”", "this names none",
                remedy: "write HOST:PORT, zk://HOST:PORT,…/PATH or file:///PATH")
        }
        (host, port) = (server.host, server.port)
        id = parts.count == 2 ? String(parts[0]) : "master"
    }

    /// The name is looked up once; a master that moves needs ZooKeeper.
    public func leaders() -> AsyncThrowingStream<UPID?, any Error> {
        AsyncThrowingStream { leaders in
            let work = Task {
                do {
                    let host = host
                    let address = try await NIOThreadPool.singleton.runIfActive { try Self.address(of: host) }
                    leaders.yield(UPID(id: id, host: address, port: port))
                } catch { leaders.finish(throwing: error) }
            }
            leaders.onTermination = { _ in work.cancel() }
        }
    }

    /// The IPv4 address, as text. It blocks.
    private static func address(of host: String) throws -> String {
        if UPID.isAddress(host[...]) { return host }
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &first)
        defer { if let first { freeaddrinfo(first) } }
        let found = first?.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            SocketAddress($0.pointee).ipAddress
        }
        guard status == 0, let address = found ?? nil else {
            throw DetectionError(
                .hostUnknown, "master “\(host)”",
                "its IPv4 address cannot be found: \(String(cString: gai_strerror(status)))",
                remedy: "write its address instead of its name, or mend the name service")
        }
        return address
    }
}
