import Glibc
import Isolation
import VMIsolation

/// Gives two guests a way out, one to the Internet and one to a single port, and sees where else they get. What they send
/// comes no further than to an interface of the test's own.
struct EgressTest: Sendable {
    let guests: Guests
    private let lookout = Lookout()
    private static let probes = NetworkProbe.throughNAT + NetworkProbe.throughList

    init(_ guests: Guests) { self.guests = guests }

    static func notTried(_ why: String) -> [Finding] { probes.map { $0.notTried(why) } }

    /// - Throws: ``BulkheadError`` where a canary does not do what it is told to.
    func run(prepared: Walls.Preparation) async throws -> [Finding] {
        guard geteuid() == 0 else { return Self.notTried("only root may watch frames, and make an outside to send to") }
        do { try Forwarding.check() } catch { return Self.notTried(error.detail) }
        // The host is on the outside's networks before anybody is let out: they are its neighbours.
        let outside = Watch([try lookout.outside(answers: true)])
        return try await cleaningUp {
            await Outside.removeRules()
            await outside.stop()
        } after: {
            try await Outside.open()
            let list = try EgressPolicy("dns,\(Outside.stranger):\(Outside.listedPort)")
            return try await guests.withTwo((EgressPolicy("nat"), list)) { try await tryAll($0, $1, prepared) }
        }
    }

    private func tryAll(_ nat: Guest, _ list: Guest, _ prepared: Walls.Preparation) async throws -> [Finding] {
        try await prepared(nat.place, list.place)
        guard let listeners = lookout.listeners(), let gateway = Scene.Party(gatewayOf: nat.place),
            let one = Scene.Party(nat.place), let other = Scene.Party(list.place)
        else {
            throw BulkheadError(.addressUnusable, "port for the self-test", "none is free", remedy: "try again")
        }
        let scene = Scene(
            attacker: one, neighbour: other, gateway: gateway, otherAddresses: Outside.addresses, port: listeners.port,
            hearsNames: false, marks: lookout.marks)
        let watch = Watch(
            try listeners.sources + [
                lookout.wire(nat.place), lookout.wire(list.place), lookout.bridge(nat.place.bridge),
            ])
        return try await cleaningUp {
            await Outside.unpin([one, other], bridge: nat.place.bridge)
            await watch.stop()
        } after: { try await tryAll(nat, list, scene) }
    }

    private func tryAll(_ nat: Guest, _ list: Guest, _ scene: Scene) async throws -> [Finding] {
        try await Outside.route([scene.attacker, scene.neighbour], bridge: nat.place.bridge)
        try await Outside.pin([scene.attacker, scene.neighbour], bridge: nat.place.bridge)
        try await lookout.listen(in: nat.canary)
        try await lookout.listen(in: list.canary)
        let hasIPv6 = scene.attacker.six != nil
        func possible(_ probes: [NetworkProbe]) -> [NetworkProbe] { probes.filter { hasIPv6 || !$0.isOverIPv6 } }
        let (throughNAT, throughList) = (possible(NetworkProbe.throughNAT), possible(NetworkProbe.throughList))
        let scenes = throughNAT.map { _ in scene } + throughList.map { _ in scene.swapped }
        let shots = zip(throughNAT + throughList, scenes).enumerated().map { index, pair in
            (probe: pair.0, scene: pair.1, number: index + NetworkProbe.firstNumber)
        }
        let frames = shots.map { $0.probe.shot(Shot(scene: $0.scene, number: $0.number)).frame }
        let count = throughNAT.count
        let controls = Self.controls(scene)
        let accepts = HostSockets.connects(to: scene.otherAddresses.0, port: scene.port)
        let six = hasIPv6 ? [controls.nat6] : []
        try await lookout.send([controls.nat.frame] + six.map(\.frame) + frames[..<count], from: nat.canary)
        try await lookout.send([controls.list.frame, controls.names.frame] + frames[count...], from: list.canary)
        let first = NetworkProbe.firstNumber
        try await lookout.gather(from: nat, scene.gateway, own: first..<first + count)
        try await lookout.gather(from: list, scene.gateway, own: first + count..<first + shots.count)
        return [
            Finding(
                control: "control-nat", "with --egress nat: open a connection to the Internet", to: controls.nat.to,
                works: lookout.seen[Lookout.Control.nat].contains(.reply), Place.reply.rawValue),
            Finding(
                control: "control-list", "with one port listed: open a connection to it", to: controls.list.to,
                works: lookout.seen[Lookout.Control.list].contains(.reply), Place.reply.rawValue),
            Finding(
                control: "control-names", "with dns listed: connect to the server of names", to: controls.names.to,
                works: lookout.seen[Lookout.Control.names].contains(.reply), Place.reply.rawValue),
            Finding(
                control: "control-egress-host", "the host connects to what guests must not reach of it",
                to: "\(scene.otherAddresses.0) port \(scene.port)", works: accepts, Place.reply.rawValue),
        ] + six.map {
            Finding(
                control: "control-nat-ipv6", "with --egress nat: open a connection to the Internet over IPv6", to: $0.to,
                works: lookout.seen[Lookout.Control.nat6].contains(.reply), Place.reply.rawValue)
        } + shots.map { $0.probe.finding($0.number, in: $0.scene, seen: lookout.seen[$0.number]) }
            + Self.probes.filter { !hasIPv6 && $0.isOverIPv6 }.map { $0.notTried("guests have no IPv6 here") }
    }

    /// What the two may reach.
    private static func controls(
        _ scene: Scene
    ) -> (nat: Shot.Target, list: Shot.Target, nat6: Shot.Target, names: Shot.Target) {
        (
            Shot(scene: scene, number: Lookout.Control.nat).syn(to: Outside.internet, by: scene.gateway.mac, port: 443),
            Shot(scene: scene.swapped, number: Lookout.Control.list)
                .syn(to: Outside.stranger, by: scene.gateway.mac, port: Outside.listedPort),
            Shot(scene: scene, number: Lookout.Control.nat6)
                .syn(to: Outside.internet6, by: scene.gateway.mac, port: 443),
            Shot(scene: scene.swapped, number: Lookout.Control.names)
                .syn(to: scene.gateway.address, by: scene.gateway.mac, port: 53)
        )
    }
}

extension Scene {
    /// The other guest tries.
    fileprivate var swapped: Scene {
        var scene = self
        (scene.attacker, scene.neighbour) = (neighbour, attacker)
        return scene
    }
}
