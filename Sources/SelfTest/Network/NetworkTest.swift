import Glibc
import Isolation
import VMIsolation

/// Sends all frames from one guest and sees where they come to: in the other guest, on the host, beyond it.
struct NetworkTest: Sendable {
    let attacker: Guest
    let neighbour: Guest
    private let lookout = Lookout()
    private typealias Control = Lookout.Control

    init(attacker: Guest, neighbour: Guest) {
        self.attacker = attacker
        self.neighbour = neighbour
    }

    /// - Throws: ``BulkheadError`` where a canary does not do what it is told to.
    func run() async throws -> [Finding] {
        guard geteuid() == 0 else {
            return NetworkProbe.all.map { $0.notTried("only root may watch frames, and make an outside to send to") }
        }
        guard let (sources, scene) = try sources() else {
            throw BulkheadError(.addressUnusable, "port for the self-test", "none is free", remedy: "try again")
        }
        let watch = Watch(sources)
        return try await cleaningUp {
            await Outside.removeRules()
            await Outside.unpin([scene.attacker, scene.neighbour], bridge: attacker.place.bridge)
            await watch.stop()
        } after: { try await tryAll(scene) }
    }

    private func tryAll(_ scene: Scene) async throws -> [Finding] {
        try await Outside.open()
        try await Outside.route([scene.attacker, scene.neighbour], bridge: attacker.place.bridge)
        try await Outside.pin([scene.attacker, scene.neighbour], bridge: attacker.place.bridge)
        try await lookout.listen(in: neighbour.canary)
        let (marks, seen) = (lookout.marks, lookout.seen)
        let probes = NetworkProbe.all.enumerated().map { ($0 + NetworkProbe.firstNumber, $1) }
        let frames = probes.map { $1.shot(Shot(scene: scene, number: $0)).frame } + honest(scene)
        HostSockets.send(marks.mark(Control.neighbour), to: scene.neighbour.address, port: 9)
        HostSockets.send(marks.mark(Control.listener), to: scene.gateway.address, port: scene.port)
        HostSockets.send(marks.mark(Control.outside), to: Outside.stranger, port: 9)
        let accepts = HostSockets.connects(to: scene.gateway.address, port: scene.port)
        try await lookout.send(frames, from: attacker.canary)
        try await lookout.gather(from: neighbour, scene.gateway)
        return controls(scene, accepts: accepts) + probes.map { $1.finding($0, in: scene, seen: seen[$0]) }
    }

    private func controls(_ scene: Scene, accepts: Bool) -> [Finding] {
        let (port, seen) = ("\(scene.gateway.address) port \(scene.port)", lookout.seen)
        return [
            Finding(
                control: "control-guest", "the host sends the other guest a datagram",
                to: "\(scene.neighbour.address) udp/9", works: seen[Control.neighbour].contains(.neighbour),
                Place.neighbour.rawValue),
            Finding(
                control: "control-arp", "the guest asks the host for its address, truthfully",
                to: "\(scene.gateway.address) arp", works: seen[Control.gateway].contains(.bridge),
                Place.bridge.rawValue),
            Finding(
                control: "control-echo", "the guest pings the host", to: "\(scene.gateway.address) icmp",
                works: seen[Control.echo].contains(.reply), "the host answered"),
            Finding(
                control: "control-udp", "the host sends its own listener a datagram", to: port,
                works: seen[Control.listener].contains(.listener), Place.listener.rawValue),
            Finding(
                control: "control-tcp", "the host connects to its own listener", to: port, works: accepts,
                Place.reply.rawValue),
            Finding(
                control: "control-outside", "the host sends a datagram beyond itself",
                to: "\(Outside.stranger) udp/9", works: seen[Control.outside].contains(.beyond), "it went out"),
        ]
    }

    /// What every guest may send.
    private func honest(_ scene: Scene) -> [Frame] {
        let question = Frame.arp(
            1, from: scene.attacker.mac, to: .broadcast, sender: (scene.attacker.mac, scene.attacker.address),
            target: (MAC([0, 0, 0, 0, 0, 0]), scene.gateway.address), trailer: lookout.marks.mark(Control.gateway))
        let echo = Shot(scene: scene, number: Control.echo).echo(to: scene.gateway.address, by: scene.gateway.mac)
        return [question, echo.frame]
    }
}

extension NetworkTest {
    /// All that is watched, and who is where.
    private func sources() throws -> ([Watch.Source], Scene)? {
        guard let listeners = lookout.listeners(), let gateway = Scene.Party(gatewayOf: attacker.place),
            let one = Scene.Party(attacker.place), let other = Scene.Party(neighbour.place)
        else { return nil }
        let services = NetworkProbe.services.compactMap {
            HostSockets.connections(at: gateway.address, port: $0.port)
        }
        let names = lookout.datagrams(at: gateway.address, port: 53)
        let scene = Scene(
            attacker: one, neighbour: other, gateway: gateway, otherAddresses: Outside.addresses, port: listeners.port,
            hearsNames: names != nil, marks: lookout.marks)
        let frames = [
            try lookout.wire(attacker.place), try lookout.bridge(attacker.place.bridge),
            try lookout.outside(answers: false),
        ]
        return (listeners.sources + services + [names].compactMap { $0 } + frames, scene)
    }
}
