import Isolation

/// A packet of IPv4 from or to a guest. What is nil may be anything.
struct TrialPacket: Hashable, Sendable {
    enum Way: String, Sendable {
        /// To the host itself.
        case input
        /// Through the host.
        case forward
    }

    enum Destination: String, Sendable { case local, broadcast, unicast }

    var way: Way
    /// The interface that it comes by.
    var input: String
    /// The one that it goes by.
    var output = ""
    /// `tcp` or `udp`.
    var transport: String?
    var source: UInt32?
    var destination: UInt32?
    var kind: Destination
    var sourcePort: Int?
    var port: Int?
    /// Not the first of its connection.
    var isAnswer = false

    /// A guest's question for its address.
    static func dhcp(from bridge: String) -> TrialPacket {
        TrialPacket(
            way: .input, input: bridge, transport: "udp", source: 0, destination: .max, kind: .broadcast, sourcePort: 68,
            port: 67)
    }

    /// To a TCP port of the host's.
    static func service(from bridge: String, _ address: String, _ port: Int) -> TrialPacket {
        TrialPacket(
            way: .input, input: bridge, transport: "tcp", destination: Subnet.number(address), kind: .local, port: port)
    }

    /// What a guest's SSH server answers the host, at one of the ports that it connects from.
    static func answer(from bridge: String) -> TrialPacket {
        TrialPacket(
            way: .input, input: bridge, transport: "tcp", kind: .local, sourcePort: 22, port: 40_000, isAnswer: true)
    }

    /// To whatever lies outside.
    static func leaving(from bridge: String, by device: String, _ transport: String) -> TrialPacket {
        TrialPacket(way: .forward, input: bridge, output: device, transport: transport, kind: .unicast)
    }

    /// Back from there.
    static func returning(to bridge: String, from device: String, _ transport: String) -> TrialPacket {
        TrialPacket(
            way: .forward, input: device, output: bridge, transport: transport, kind: .unicast, isAnswer: true)
    }
}
