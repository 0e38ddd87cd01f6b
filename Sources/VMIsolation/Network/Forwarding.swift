import Foundation
public import Isolation

/// Whether this host routes packets.
public enum Forwarding {
    /// Those of IPv4.
    static var isOn: Bool { isSet("ipv4/ip_forward") }
    /// Those of IPv6, as its operator wants: a host that is switched over forgets what routers have told it.
    static var isOn6: Bool { isSet("ipv6/conf/all/forwarding") && !isSet("ipv6/conf/default/disable_ipv6") }

    private static func isSet(_ name: String) -> Bool {
        FileManager.default.contents(atPath: "/proc/sys/net/" + name)?.first == UInt8(ascii: "1")
    }

    /// - Throws: ``BulkheadError`` with `egressRefused`.
    public static func check() throws(BulkheadError) {
        guard !isOn else { return }
        throw BulkheadError(
            .egressRefused, "egress", "this host does not route: net.ipv4.ip_forward is 0",
            remedy: "sysctl net.ipv4.ip_forward=1, or ask for no egress")
    }

    /// - Throws: ``BulkheadError`` with `egressRefused`, also where the network is not made for the policy, and where the
    ///   rules of others let nothing out.
    static func check(_ guests: GuestNetwork, for policy: EgressPolicy) async throws {
        try check()
        let anew = "end its guests, then: bulkhead sweep --network; the next launch makes it anew"
        if policy.hasNames, !guests.description.hasNames {
            throw BulkheadError(
                .egressRefused, "egress “dns”", "network \(guests.name) was made without", remedy: anew)
        }
        if let six = policy.destinations.first(where: { $0.network.version == .six }) {
            guard isOn6 else {
                throw BulkheadError(
                    .egressRefused, "egress “\(six)”",
                    "this host does not route IPv6: net.ipv6.conf.all.forwarding is 0, or IPv6 is off",
                    remedy: "sysctl net.ipv6.conf.all.forwarding=1; where a router tells the host its own route, "
                        + "before that: sysctl net.ipv6.conf.INTERFACE.accept_ra=2. Then " + anew)
            }
            guard guests.description.subnet(.six) != nil else {
                throw BulkheadError(
                    .egressRefused, "egress “\(six)”", "network \(guests.name) was made without IPv6",
                    remedy: "sysctl net.ipv6.conf.INTERFACE.accept_ra=2 where a router tells the host its own route; "
                        + anew)
            }
        }
        // Who may not look is told so where the walls are set.
        guard let rules = try? await PacketFilter().ruleset(),
            let finding = [GuestNeed.wayOut, .wayBack].lazy.compactMap({ $0.obstacle(in: rules, for: guests) }).first
        else { return }
        throw BulkheadError(.egressRefused, "egress", finding.words, remedy: finding.remedy)
    }
}
