import Isolation
import Libvirt

/// This host as its guests see it.
public struct GuestSide: Sendable {
    /// The host's address on the guests' bridge.
    public let address: String
    private let subnets: [Subnet]

    init(_ description: NetworkDescription) {
        address = description.gateway
        subnets = description.subnets
    }

    /// Whether an IPv4 address is one that a guest may have.
    public func holds(_ address: String) -> Bool {
        Subnet.number(address).map { number in subnets.contains { $0.contains(number) } } ?? false
    }
}

extension Engine {
    /// Makes the guests' network where it is ours and missing, or stopped.
    ///
    /// - Throws: ``BulkheadError`` with `hypervisorUnreachable`, or one of the network's.
    public func guestSide(_ machines: Machines) async throws -> GuestSide {
        let connection = try await link.connect().connection
        do {
            let network: GuestNetwork
            if let name = machines.network {
                network = try await .foreign(name, on: connection)
            } else {
                network = try await OwnNetwork(
                    connection: connection, ledger: ledger, state: state,
                    template: try NetworkTemplate.builtIn(in: templates)
                ).active()
            }
            return GuestSide(try NetworkDescription(xml: await network.network.xml(), name: network.name))
        } catch let error as LibvirtError { throw error.named("network", .networkRefused) }
    }
}
