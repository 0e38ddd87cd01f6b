import Foundation
public import Isolation

/// Whether this host routes IPv4 packets.
public enum Forwarding {
    static var isOn: Bool {
        FileManager.default.contents(atPath: "/proc/sys/net/ipv4/ip_forward")?.first == UInt8(ascii: "1")
    }

    /// - Throws: ``BulkheadError`` with `egressRefused`.
    public static func check() throws(BulkheadError) {
        guard !isOn else { return }
        throw BulkheadError(
            .egressRefused, "egress", "this host does not route: net.ipv4.ip_forward is 0",
            remedy: "sysctl net.ipv4.ip_forward=1, or ask for no egress")
    }

    /// - Throws: ``BulkheadError`` with `egressRefused`, also where the rules of others let nothing out of a network.
    static func check(_ guests: GuestNetwork) async throws {
        try check()
        // Who may not look is told so where the walls are set.
        guard let rules = try? await PacketFilter().ruleset(),
            let finding = [GuestNeed.wayOut, .wayBack].lazy.compactMap({ $0.obstacle(in: rules, for: guests) }).first
        else { return }
        throw BulkheadError(.egressRefused, "egress", finding.words, remedy: finding.remedy)
    }
}
