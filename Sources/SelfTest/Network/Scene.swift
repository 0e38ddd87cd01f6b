/// Who is where while the frames fly, as far as the frames need it.
struct Scene: Sendable {
    struct Party: Sendable {
        var mac: MAC
        var address: IP
        /// Of IPv6, where the network has it.
        var six: IP?
    }

    /// The guest that tries, and the one beside it.
    var attacker: Party
    var neighbour: Party
    /// The host on the guests' bridge.
    var gateway: Party
    /// Another address of the host's, of each IP version.
    var otherAddresses: (IP, IP)
    /// Where the host itself listens, TCP and UDP, on all its addresses.
    var port: UInt16
    /// Else a DNS server of the host's does, and what it passes on is not seen.
    var hearsNames: Bool
    var marks: Marks

    /// Source ports of TCP tell the probe, as the answer to a connection's first packet bears no mark.
    static let firstSourcePort: UInt16 = 20000

    /// The probe whose connection the host's kernel accepts with this frame.
    static func accepted(in frame: [UInt8]) -> Int? {
        guard frame.count >= 54 else { return nil }
        let isVersion4 = frame[12...13] == [0x08, 0x00]
        let head = isVersion4 ? 14 + Int(frame[14] & 15) * 4 : 54
        guard isVersion4 ? frame[23] == 6 : frame[12...13] == [0x86, 0xdd] && frame[20] == 6,
            frame.count >= head + 14, frame[head + 13] & 0x12 == 0x12
        else { return nil }
        let port = UInt16(frame[head + 2]) << 8 | UInt16(frame[head + 3])
        return port >= firstSourcePort && port < firstSourcePort + 100 ? Int(port - firstSourcePort) : nil
    }
}

/// What frames bear, so that they are known again wherever they come to.
struct Marks: Sendable {
    /// What all marks of one test begin with.
    let token = (0..<8).map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z")) }

    /// - Parameter number: of a probe, two digits at most.
    func mark(_ number: Int) -> [UInt8] { token + Array("\(number / 10)\(number % 10)".utf8) }

    func number(in frame: [UInt8]) -> Int? {
        guard let start = frame.firstRange(of: token)?.upperBound, start + 2 <= frame.count else { return nil }
        return Int(String(decoding: frame[start..<start + 2], as: UTF8.self))
    }
}

/// Where a probe's frame was seen.
enum Place: String, Sendable, CaseIterable {
    /// It left the guest that tries.
    case wire = "left the guest"
    /// The host's network stack was given it.
    case bridge = "came through the bridge to the host"
    case neighbour = "came to the other guest"
    case listener = "came to a listener on the host"
    case reply = "the connection was accepted"
    case beyond = "was sent on by the host"
}
