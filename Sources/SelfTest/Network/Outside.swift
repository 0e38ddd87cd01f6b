import HostIsolation
import Isolation

/// A network interface of ours, to which the host sends whatever it would send on for the test's guests to addresses
/// beyond itself. What other guests send goes where it always goes.
struct Outside {
    static let interface = "bh-outside"
    /// The host's addresses on it.
    static let addresses = (
        IP([198, 18, 77, 1]), IP([0xfd, 0x5e, 0x1f, 0x7e, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1])
    )
    /// Nobody has it, but the host sends there.
    static let stranger = IP([198, 18, 77, 2])
    /// Where a guest may connect to whose policy lists it.
    static let listedPort: UInt16 = 4430
    /// Nobody's either, on the Internet; and one on a network there that the host has an address of.
    static let (internet, neighbour) = (IP([203, 0, 113, 9]), IP([203, 0, 113, 130]))
    static let internet6 = IP([0x3f, 0xff] + [UInt8](repeating: 0, count: 13) + [9])
    static let neighbour6 = IP([0x3f, 0xff, 0, 0, 0, 0x77] + [UInt8](repeating: 0, count: 9) + [0x82])
    /// What a guest sends from over IPv6; nobody routes it.
    static let attacker6 = IP([0xfd, 0x5e, 0x1f, 0x7e] + [UInt8](repeating: 0, count: 11) + [9])
    private static let table = "7717"

    /// Gives the interface, which must be there, its addresses and routes. A host without IPv6 gets those of IPv4.
    static func open() async throws {
        await removeRules()
        try await ip("address add \(addresses.0)/30 dev \(interface)")
        try await ip("address add 203.0.113.129/30 dev \(interface)")
        try await ip("link set \(interface) up")
        try await ip("route add default dev \(interface) table \(table)")
        // Else a host that looks where answers come from drops them.
        try await ip("route add \(internet) via \(stranger) dev \(interface)")
        do {
            try await ip("-6 address add \(addresses.1)/64 dev \(interface) nodad")
            try await ip("-6 address add 3fff:0:77::81/64 dev \(interface) nodad")
            try await ip("-6 route add \(internet6) via \(neighbour6) dev \(interface)")
            try await ip("-6 route add default dev \(interface) table \(table)")
        } catch _ where !HostSockets.hasIPv6 {}
    }

    /// Sends what the guests send to this interface, but for what they send each other.
    static func route(_ guests: [Scene.Party], bridge: String) async throws {
        for guest in guests {
            try await ip("route add \(guest.address) dev \(bridge) table \(table)")
            try await ip("rule add priority 99 iif \(bridge) from \(guest.address) lookup \(table)")
            guard let six = guest.six else { continue }
            try await ip("-6 route add \(six) dev \(bridge) table \(table)")
            try await ip("-6 rule add priority 99 iif \(bridge) from \(six) lookup \(table)")
        }
        do { try await ip("-6 rule add priority 99 iif \(bridge) from \(attacker6) lookup \(table)") } catch _
            where !HostSockets.hasIPv6
        {}
    }

    /// Those that a test has left which was killed, too.
    static func removeRules() async {
        for version in ["-4", "-6"] { while (try? await ip("\(version) rule del lookup \(table)")) != nil {} }
    }

    /// Keeps our own way to the guests, whatever they tell the host about each other.
    static func pin(_ guests: [Scene.Party], bridge: String) async throws {
        for guest in guests {
            for address in [guest.address, guest.six].compactMap(\.self) {
                try await ip("neigh replace \(address) lladdr \(guest.mac) dev \(bridge) nud permanent")
            }
        }
    }

    static func unpin(_ guests: [Scene.Party], bridge: String) async {
        for address in guests.flatMap({ [$0.address, $0.six].compactMap(\.self) }) {
            try? await ip("neigh del \(address) dev \(bridge)")
        }
    }

    private static func ip(_ words: String) async throws {
        let tool = HostTool("ip", of: "iproute2", deadline: .seconds(10))
        let end = try await tool.run(words.split(separator: " ").map(String.init))
        guard end.isFine else {
            throw BulkheadError(.toolFailed, "ip \(words)", "\(end.words): \(end.errors)", remedy: "run as root")
        }
    }
}
