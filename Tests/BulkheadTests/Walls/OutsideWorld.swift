import Foundation
import TestSupport
import Testing

/// What lies outside of a host, in a network namespace behind a pair of interfaces: addresses of the Internet, of a
/// private network and of a cloud's metadata service, and the like of IPv6, with a server at each.
final class OutsideWorld: Sendable {
    static let internet = "203.0.113.9"
    static let inside = "192.168.77.9"
    static let metadata = "169.254.169.254"
    /// On the network that the host itself is on.
    static let neighbour = "198.51.100.2"
    static let host = "198.51.100.1"
    static let (port, otherPort) = (8080, 8081)
    static let internet6 = "3fff::9"
    static let inside6 = "fd99::9"
    /// An address of 10/8, said in IPv6.
    static let translated6 = "2002:a00:9::9"
    static let (host6, neighbour6) = ("3fff:0:77::1", "3fff:0:77::2")
    static let all = [internet, inside, metadata, neighbour] + all6
    static let all6 = [internet6, inside6, translated6, neighbour6]

    private static let name = "bhtout"
    private let bench: Bench
    private let server: RunningProgram

    init(_ bench: Bench) async throws {
        self.bench = bench
        let script = """
            ip netns delete \(Self.name) 2>/dev/null; set -e
            ip netns add \(Self.name)
            ip link add \(Self.name) type veth peer name eth9 netns \(Self.name)
            ip address add \(Self.host)/24 dev \(Self.name); ip link set \(Self.name) up
            ip -n \(Self.name) link set lo up; ip -n \(Self.name) link set eth9 up
            ip -n \(Self.name) address add \(Self.neighbour)/24 dev eth9
            for address in \(Self.internet) \(Self.inside) \(Self.metadata); do
                ip -n \(Self.name) address add $address/32 dev lo
                ip route add $address/32 via \(Self.neighbour)
            done
            ip -n \(Self.name) route add default via \(Self.host)
            ip address add \(Self.host6)/64 dev \(Self.name) nodad
            ip -n \(Self.name) address add \(Self.neighbour6)/64 dev eth9 nodad
            for address in \(Self.internet6) \(Self.inside6) \(Self.translated6); do
                ip -n \(Self.name) address add $address/128 dev lo
                ip route add $address/128 via \(Self.neighbour6)
            done
            ip -n \(Self.name) -6 route add default via \(Self.host6)
            """
        let made = try await bench.tool("sh", "-c", script)
        #expect(made.status == 0, "\(made)")
        let serving = Self.serving(at: [Self.port, Self.otherPort])
        server = try bench.begin(["ip", "netns", "exec", Self.name] + serving)
        try await server.awaitOutput("serving\n", within: .seconds(20))
    }

    /// A program that says who connects to its TCP ports, and closes.
    static func serving(at ports: [Int]) -> [String] {
        let script = """
            import selectors, socket
            chosen = selectors.DefaultSelector()
            for port in \(ports):
                for place, family in ("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6):
                    chosen.register(socket.create_server((place, port), family=family), selectors.EVENT_READ)
            print("serving", flush=True)
            while True:
                for key, _ in chosen.select():
                    peer, address = key.fileobj.accept()
                    print("from", address[0], flush=True)
                    peer.close()
            """
        return ["python3", "-c", script]
    }

    /// Who has connected so far.
    var peers: Set<String> {
        Set(server.outputText.split(separator: "\n").filter { $0.hasPrefix("from ") }.map { String($0.dropFirst(5)) })
    }

    func end() async throws {
        server.signal(9)
        _ = try await server.wait(within: .seconds(60))
        let removed = try await bench.tool("ip", "netns", "delete", Self.name)
        #expect(removed.status == 0, "\(removed)")
    }
}
