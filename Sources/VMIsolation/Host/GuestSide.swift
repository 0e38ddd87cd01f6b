public import Isolation

/// This host as its guests see it.
public struct GuestSide: Sendable {
    /// The host's address on the guests' bridge.
    public let address: String
    private let networks: [GuestNetwork]
    /// None on somebody else's network, or where we may set none.
    private let walls: [NetworkWalls]

    /// - Parameter networks: of all guests, the first with the host's ``address``.
    init(_ networks: [GuestNetwork], behind walls: [NetworkWalls]) {
        address = networks.first?.description.gateway ?? ""
        self.networks = networks
        self.walls = walls
    }

    /// Whether there is anything of ours that keeps guests in.
    public var hasWalls: Bool { !walls.isEmpty }

    /// Whether an address is one that a guest may have.
    public func holds(_ address: String) -> Bool {
        guard let one = Subnet(address: address, prefix: 128) else { return false }
        return networks.contains { $0.description.subnets.contains { $0.contains(one) } }
    }

    /// Lets guests reach this TCP port at ``address``. Where there are no walls nobody keeps them from any.
    ///
    /// - Throws: ``BulkheadError`` with `wallRefused`, `toolMissing` or `stateUnusable`.
    public func admit(port: Int) async throws {
        for wall in walls { try await wall.admit(port: port, at: address) }
    }

    /// Sets the walls anew where somebody has taken them away.
    ///
    /// - Returns: names of the networks where that was so.
    /// - Throws: as ``admit(port:)`` does; then guests are not kept in.
    public func restoreWalls() async throws -> [String] {
        var restored: [String] = []
        for wall in walls where try await wall.stand() { restored.append(wall.guests.name) }
        return restored
    }

    /// Looks whether they stand and sets them anew, again and again, until it is cancelled. As long as nobody changes any
    /// rule of the host a look is one question to its kernel.
    ///
    /// - Parameter hear: told of each look, as ``restoreWalls()`` ends.
    public func guardWalls(every interval: Duration, hear: (Result<[String], any Error>) -> Void) async {
        while !Task.isCancelled {
            let look: Result<[String], any Error>
            do { look = .success(try await restoreWalls()) } catch { look = .failure(error) }
            guard !Task.isCancelled else { return }
            hear(look)
            try? await Task.sleep(for: interval)
        }
    }
}

extension Engine {
    /// Makes the guests' networks where they are ours and missing, or stopped. They may be full: guests that run have
    /// theirs.
    ///
    /// - Throws: ``BulkheadError`` with `hypervisorUnreachable`, or one of the network's.
    public func guestSide(_ machines: Machines) async throws -> GuestSide {
        try await guestSide(
            machines, on: [machines.network == nil ? .closed : .foreign] + (machines.reachOut ? [.open] : []))
    }

    /// The same, of one container's network alone.
    public func guestSide(_ machines: Machines, of container: ContainerConfig) async throws -> GuestSide {
        let own: GuestNetwork.Kind = container.egress == nil ? .closed : .open
        return try await guestSide(machines, on: [machines.network == nil ? own : .foreign])
    }

    private func guestSide(_ machines: Machines, on kinds: [GuestNetwork.Kind]) async throws -> GuestSide {
        let isolator = network(machines)
        var networks: [GuestNetwork] = []
        for kind in kinds { networks.append(try await isolator.active(kind)) }
        let walls = try networks.filter(\.isOurs).map { try isolator.walls(around: $0) }
        return GuestSide(networks, behind: PacketFilter.isAllowed ? walls : [])
    }
}
