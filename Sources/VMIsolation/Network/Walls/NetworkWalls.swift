import Crypto
import Foundation
import HostIsolation
import Isolation

/// The walls around a network of ours: an nftables table for bridged frames and one for packets. They hold every guest
/// that may come to be there, so a launch only looks whether they still stand; one with a way out sets them anew.
struct NetworkWalls: Sendable {
    let ledger: Ledger
    let state: StateDirectory
    /// Both tables have its name.
    let guests: GuestNetwork
    let template: TemplateFile
    private let filter = PacketFilter()
    private var network: String { guests.name }

    /// - Throws: ``BulkheadError`` with `templateUnreadable` or `templateMalformed`.
    init(
        ledger: Ledger, state: StateDirectory, around guests: GuestNetwork, templates: String
    ) throws(BulkheadError) {
        (self.ledger, self.state, self.guests) = (ledger, state, guests)
        template = try TemplateFile(path: templates + "/walls.nft")
    }

    /// Sets them where they are missing, or are not as we left them.
    ///
    /// - Returns: whether they had to be set.
    /// - Throws: ``BulkheadError`` with `wallRefused`, `toolMissing` or `stateUnusable`; then no guest may start.
    @discardableResult
    func stand() async throws -> Bool {
        if try await lookedAt() { return false }
        return try await locked { () async throws in
            // Another launch may have been quicker.
            if try await lookedAt() { return false }
            try await set(isRepair: try ledger.wall(of: network).stamp?.boot == ProcessIdentity.thisBoot)
            return true
        }
    }

    /// Notes how they were found, so that the next look is short.
    private func lookedAt() async throws -> Bool {
        let known = try ledger.wall(of: network).stamp
        guard let now = try await look(known) else { return false }
        if now != known { try ledger.stampWall(of: network, now, isRepair: false) }
        return true
    }

    /// Lets guests reach a TCP port at an address of the host; from now on, whoever sets the walls.
    func admit(port: Int, at address: String) async throws {
        try await locked { () async throws in
            try ledger.admit(port: port, at: address, of: network)
            try await set(isRepair: false)
        }
    }

    /// Sets them by what the ledger says now of guests and their ways out.
    func renew() async throws { try await locked { () async throws in try await set(isRepair: false) } }

    /// Whether they are as we left them.
    func areUp() async throws -> Bool { try await look(try ledger.wall(of: network).stamp) != nil }

    /// - Returns: nil where they are not as they were known to be.
    private func look(_ known: WallStamp?) async throws -> WallStamp? {
        guard let known, known.boot == ProcessIdentity.thisBoot, known.template == template.digest else { return nil }
        if let generation = known.generation, generation == PacketFilter.generation { return known }
        let now = try await stamp()
        return now?.rules == known.rules ? now : nil
    }

    /// - Parameter isRepair: they had been set since the host was booted.
    private func set(isRepair: Bool) async throws {
        let renderer = try TemplateRenderer(template, tags: WallPlan.tags, escaping: .nftables)
        try await filter.load(try renderer.render(try plan().templateValues).text, for: network)
        try ledger.stampWall(of: network, try await stamp(), isRepair: isRepair)
    }

    private func plan() throws -> WallPlan {
        let (description, owner, wall) = (guests.description, ledger.owner, try ledger.wall(of: network))
        let pool = try ledger.pool(of: network).compactMap { pair in
            pair.address.map { address in
                WallPlan.Guest(port: GuestPort.name(address, guests.kind, owner), mac: pair.mac, address: address)
            }
        }
        guard let subnet = description.subnet(.four) else {
            throw BulkheadError(
                .networkRefused, "network “\(network)”", "libvirt says of no subnet",
                remedy: "end its guests, then: bulkhead sweep --network")
        }
        return WallPlan(
            table: network, bridge: description.bridge, gateway: description.gateway,
            subnet: subnet, subnet6: description.subnet(.six),
            ports: GuestPort.prefix(guests.kind, owner), guests: pool,
            service: wall.port.map { .init(address: wall.address ?? description.gateway, port: $0) },
            egress: guests.kind == .open ? try ledger.egress(of: network) : [:], neighbours: Subnet.ofThisHost,
            isOpen: guests.kind == .open)
    }

    /// Elements of sets are left out: one that is missing lets less pass.
    private func stamp() async throws -> WallStamp? {
        let generation = PacketFilter.generation
        async let frames = filter.rules(of: network, .bridge)
        async let packets = filter.rules(of: network, .inet)
        guard let frames = try await frames, let packets = try await packets else { return nil }
        let rules = SHA256.hash(data: Data((frames + packets).utf8))
        return WallStamp(
            template: template.digest, rules: rules.hexadecimal,
            generation: generation == PacketFilter.generation ? generation : nil)
    }

    private func locked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let lock = try await FileLock.wait(state.root + "/locks/.network", limit: .seconds(30))
        defer { withExtendedLifetime(lock) {} }
        return try await body()
    }
}
