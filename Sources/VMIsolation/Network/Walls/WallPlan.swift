import Isolation

/// What the packet filter has to know to keep the guests of one network in.
struct WallPlan: Hashable, Sendable {
    struct Guest: Hashable, Sendable {
        /// The host's end of its interface.
        var port: String
        var mac: String
        var address: String
    }

    /// What guests may reach of the host.
    struct Service: Hashable, Sendable {
        var address: String
        var port: Int
    }

    /// The name of both tables.
    var table: String
    var bridge: String
    /// The host's address on the bridge.
    var gateway: String
    var subnet: Subnet
    /// Nil where guests have no IPv6.
    var subnet6: Subnet?
    /// How the names of all guests' ports begin.
    var ports: String
    /// At least one: everybody who may come to be on the network.
    var guests: [Guest]
    var service: Service?
    /// Of an open network's guests, by address.
    var egress: [String: EgressPolicy]
    /// The host's own networks: not what a guest means by the Internet.
    var neighbours: [Subnet]
    var isOpen: Bool
}
