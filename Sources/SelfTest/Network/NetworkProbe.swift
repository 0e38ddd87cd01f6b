/// One frame that must not get where it leads.
struct NetworkProbe: Sendable {
    var id: String
    var wall: Wall
    var tried: String
    /// The host must not even be given it: it lies about who sent it, or what it is.
    var isLie = false
    /// Nobody but the test may listen at the DNS port.
    var asksForName = false
    /// The guest must have IPv6.
    var isOverIPv6 = false
    var shot: @Sendable (Shot) -> Shot.Target

    init(
        _ id: String, _ wall: Wall, _ tried: String, isLie: Bool = false, asksForName: Bool = false,
        isOverIPv6: Bool = false, _ shot: @escaping @Sendable (Shot) -> Shot.Target
    ) {
        self.id = id
        self.wall = wall
        self.tried = tried
        self.isLie = isLie
        self.asksForName = asksForName
        self.isOverIPv6 = isOverIPv6
        self.shot = shot
    }

    /// Numbers below are those of the controls.
    static let firstNumber = 10

    func finding(_ number: Int, in scene: Scene, seen: Set<Place>) -> Finding {
        let to = shot(Shot(scene: scene, number: number)).to
        let breaches = Place.allCases.filter { seen.contains($0) && $0 != .wire && (isLie || $0 != .bridge) }
        if !breaches.isEmpty {
            return Finding(id, wall, tried, to: to, .breach, breaches.map(\.rawValue).joined(separator: ", "))
        }
        guard seen.contains(.wire) else { return notTried("its frame did not leave the guest", to: to) }
        guard scene.hearsNames || !asksForName else {
            return notTried("a DNS server of the host's answers there", to: to)
        }
        return Finding(id, wall, tried, to: to, .held, "\(Place.wire.rawValue), came to nobody")
    }

    func notTried(_ why: String, to: String = "") -> Finding { Finding(id, wall, tried, to: to, .notTried, why) }
}

/// Builds the frame of one probe.
struct Shot: Sendable {
    struct Target: Sendable {
        var frame: Frame
        /// For people.
        var to: String
    }

    var scene: Scene
    var number: Int

    /// Tells the probe where no mark comes back.
    var sourcePort: UInt16 { Scene.firstSourcePort + UInt16(number) }
    var mark: [UInt8] { scene.marks.mark(number) }
    var attacker: Scene.Party { scene.attacker }
    var neighbour: Scene.Party { scene.neighbour }
    var gateway: Scene.Party { scene.gateway }

    /// The attacker's address of the same IP version.
    private func own(_ like: IP) -> IP {
        like.isVersion4 ? attacker.address : attacker.six ?? attacker.mac.linkLocal
    }

    /// The host's address of IPv6 on the bridge.
    var gateway6: IP { gateway.six ?? gateway.mac.linkLocal }
    var neighbour6: IP { neighbour.six ?? neighbour.mac.linkLocal }

    /// - Parameters:
    ///   - address: whose it is said to be; nil: the attacker's own.
    ///   - mac: the same.
    func udp(
        to: IP, by hop: MAC, port: UInt16? = nil, from address: IP? = nil, mac: MAC? = nil, source: UInt16 = 40000,
        _ content: [UInt8] = []
    ) -> Target {
        let port = port ?? scene.port
        let packet = Packet.udp(from: address ?? own(to), to: to, source, port: port, content + mark)
        return Target(frame: Frame(from: mac ?? attacker.mac, to: hop, packet), to: "\(to) udp/\(port)")
    }

    func syn(to: IP, by hop: MAC, port: UInt16? = nil) -> Target {
        let port = port ?? scene.port
        let packet = Packet.syn(from: own(to), to: to, source: sourcePort, port: port, mark)
        return Target(frame: Frame(from: attacker.mac, to: hop, packet), to: "\(to) tcp/\(port)")
    }

    func echo(to: IP, by hop: MAC) -> Target {
        Target(frame: Frame(from: attacker.mac, to: hop, .echo(from: own(to), to: to, mark)), to: "\(to) icmp")
    }

    func arp(
        _ operation: UInt16, to: MAC, sender: (MAC, IP), target: (MAC, IP), from mac: MAC? = nil, said: String
    ) -> Target {
        let frame = Frame.arp(
            operation, from: mac ?? attacker.mac, to: to, sender: sender, target: target, trailer: mark)
        return Target(frame: frame, to: said)
    }
}
