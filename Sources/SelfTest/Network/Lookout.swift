import Foundation
import Isolation
import VMIsolation

/// What frames are known by, and where they were seen.
struct Lookout: Sendable {
    /// Numbers of frames that must come through.
    enum Control {
        static let neighbour = 0, listener = 1, outside = 2, gateway = 3, last = 4, echo = 5
        static let nat = 6, list = 7, nat6 = 8, names = 9
    }

    let marks = Marks()
    let seen = Sightings()

    /// The host's end of a guest's wire.
    func wire(_ place: GuestPlace) throws -> Watch.Source {
        try HostSockets.packets(of: place.interface) { [seen, marks] frame, isOutgoing in
            if isOutgoing {
                seen.add(Scene.accepted(in: frame), .reply)
                if marks.number(in: frame) == Control.echo { seen.add(Control.echo, .reply) }
            } else {
                seen.add(marks.number(in: frame), .wire)
            }
        }
    }

    /// What the host itself gets from its bridge.
    func bridge(_ name: String) throws -> Watch.Source {
        try HostSockets.packets(of: name) { [seen, marks] frame, isOutgoing in
            if !isOutgoing { seen.add(marks.number(in: frame), .bridge) }
        }
    }

    /// What the host sends beyond itself.
    ///
    /// - Parameter answers: whoever connects is accepted.
    func outside(answers: Bool) throws -> Watch.Source {
        try HostSockets.tunnel(Outside.interface) { [seen, marks] packet in
            seen.add(marks.number(in: packet), .beyond)
            return answers ? Packet.acceptance(of: packet) : nil
        }
    }

    /// Listens at a port for connections and datagrams, on all the host's addresses.
    ///
    /// - Returns: nil where there is no port for both.
    func listeners() -> (sources: [Watch.Source], port: UInt16)? {
        guard let connections = HostSockets.connections(at: nil, port: 0) else { return nil }
        let port = HostSockets.port(of: connections)
        guard let datagrams = datagrams(at: nil, port: port) else { return nil }
        return ([connections, datagrams], port)
    }

    func datagrams(at address: IP?, port: UInt16) -> Watch.Source? {
        HostSockets.datagrams(at: address, port: port) { [seen, marks] in seen.add(marks.number(in: $0), .listener) }
    }

    /// Has a guest send frames; returns when all of them have left its program.
    func send(_ frames: [Frame], from canary: Canary) async throws {
        canary.type("\(Canary.program) send <<END")
        for frame in frames { canary.type(frame.bytes.hexadecimal) }
        canary.type("END")
        try await canary.awaitLine("sent \(frames.count)", within: .seconds(20))
    }

    /// Has a guest hear what comes to it from here on.
    func listen(in canary: Canary) async throws {
        canary.type("\(Canary.program) hear \(String(decoding: marks.token, as: UTF8.self)) </dev/null &")
        try await canary.awaitLine("listening", within: .seconds(20))
    }

    /// Waits until a guest has heard all that came to it so far.
    ///
    /// The last frame goes straight to it: where a wall is breached, bridge and host may by now believe that the guest is
    /// somewhere else.
    /// - Parameter own: numbers of frames that it sends itself: they come back to it in the host's refusals.
    func gather(from guest: Guest, _ gateway: Scene.Party, own: Range<Int> = 0..<0) async throws {
        guard let party = Scene.Party(guest.place) else { return }
        let last = Frame(from: gateway.mac, to: party.mac, type: 0x88b5, marks.mark(Control.last))
        try HostSockets.send(last, through: guest.place.interface)
        try await guest.canary.awaitLine("heard 0\(Control.last)", within: .seconds(20))
        for line in guest.canary.lines where line.hasPrefix("heard ") {
            if let number = Int(line.dropFirst(6)), !own.contains(number) { seen.add(number, .neighbour) }
        }
    }
}

extension Scene.Party {
    init?(_ place: GuestPlace) {
        guard let mac = MAC(place.mac), let address = IP(place.address) else { return nil }
        self.init(mac: mac, address: address, six: place.six.flatMap { IP($0.address) })
    }

    /// The host, as a guest sees it.
    init?(gatewayOf place: GuestPlace) {
        guard let text = FileManager.default.contents(atPath: "/sys/class/net/\(place.bridge)/address"),
            let mac = MAC(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)),
            let address = IP(place.gateway)
        else { return nil }
        self.init(mac: mac, address: address, six: place.six.flatMap { IP($0.gateway) })
    }
}
