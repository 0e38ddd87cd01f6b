/// A frame as it goes over a guest's wire, built by hand: also what no honest network stack would send.
struct Frame: Hashable, Sendable {
    var bytes: [UInt8]

    init(from: MAC, to: MAC, type: UInt16, _ content: [UInt8]) {
        bytes = to.bytes + from.bytes + type.bytes + content
        bytes += [UInt8](repeating: 0, count: max(0, 60 - bytes.count))
    }

    /// An IP packet of either version.
    init(from: MAC, to: MAC, _ packet: Packet) {
        self.init(from: from, to: to, type: packet.source.isVersion4 ? 0x0800 : 0x86dd, packet.bytes)
    }

    /// The same in a VLAN, with an 802.1Q tag.
    func tagged(_ vlan: UInt16) -> Frame {
        var frame = self
        frame.bytes.insert(contentsOf: UInt16(0x8100).bytes + vlan.bytes, at: 12)
        return frame
    }

    /// - Parameter trailer: behind the message, where nobody reads it.
    static func arp(
        _ operation: UInt16, from: MAC, to: MAC, sender: (MAC, IP), target: (MAC, IP), trailer: [UInt8]
    ) -> Frame {
        let message: [UInt8] =
            [0, 1, 8, 0, 6, 4] + operation.bytes + sender.0.bytes + sender.1.bytes + target.0.bytes + target.1.bytes
        return Frame(from: from, to: to, type: 0x0806, message + trailer)
    }
}

/// An IP packet.
struct Packet: Hashable, Sendable {
    enum Kind: UInt8 { case icmp = 1, tcp = 6, udp = 17, icmp6 = 58 }

    var source: IP
    var bytes: [UInt8]

    /// - Parameters:
    ///   - content: with zeros for its checksum.
    ///   - checksum: where it goes.
    init(from: IP, to: IP, _ kind: Kind, _ content: [UInt8], checksum: Int) {
        source = from
        let length = UInt16(content.count)
        var content = content
        let cover = kind == .icmp ? [] : from.bytes + to.bytes + [0, kind.rawValue] + length.bytes
        content.replaceSubrange(checksum..<checksum + 2, with: Packet.sum(cover + content).bytes)
        if from.isVersion4 {
            var head: [UInt8] = [0x45, 0] + (length + 20).bytes + [0, 1, 0, 0, 64, kind.rawValue, 0, 0]
            head += from.bytes + to.bytes
            head.replaceSubrange(10..<12, with: Packet.sum(head).bytes)
            bytes = head + content
        } else {
            bytes = [0x60, 0, 0, 0] + length.bytes + [kind.rawValue, 255] + from.bytes + to.bytes + content
        }
    }

    static func udp(from: IP, to: IP, _ source: UInt16 = 40000, port: UInt16, _ content: [UInt8]) -> Packet {
        let head = source.bytes + port.bytes + UInt16(content.count + 8).bytes + [0, 0]
        return Packet(from: from, to: to, .udp, head + content, checksum: 6)
    }

    /// The first packet of a connection.
    static func syn(from: IP, to: IP, source: UInt16, port: UInt16, _ content: [UInt8]) -> Packet {
        let head = source.bytes + port.bytes + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]
        return Packet(from: from, to: to, .tcp, head + content, checksum: 16)
    }

    /// What a server says to the first packet of a connection; nil to all else.
    static func acceptance(of packet: [UInt8]) -> [UInt8]? {
        guard packet.count >= 40 else { return nil }
        // Where the transport's number, the source, the destination and the segment are.
        let (kind, from, to, at) = packet[0] == 0x45 ? (9, 12, 16, 20) : (6, 8, 24, 40)
        guard packet[0] == 0x45 || packet[0] >> 4 == 6, packet.count >= at + 20, packet[kind] == Kind.tcp.rawValue,
            packet[at + 13] & 0x12 == 0x02
        else { return nil }
        let next = packet[at + 4..<at + 8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } &+ 1
        let head = Array(packet[at + 2..<at + 4] + packet[at..<at + 2]) + [0, 0, 0, 1] + next.bytes
        return Packet(
            from: IP(Array(packet[to..<at])), to: IP(Array(packet[from..<to])), .tcp,
            head + [0x50, 0x12, 0xff, 0xff, 0, 0, 0, 0], checksum: 16
        ).bytes
    }

    static func echo(from: IP, to: IP, _ content: [UInt8]) -> Packet {
        let kind: UInt8 = from.isVersion4 ? 8 : 128
        return Packet(
            from: from, to: to, from.isVersion4 ? .icmp : .icmp6, [kind, 0, 0, 0, 0, 1, 0, 1] + content, checksum: 2)
    }

    /// The Internet checksum; a length that is odd is filled up with zero. Source: RFC 1071.
    static func sum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(index + 1 < bytes.count ? bytes[index + 1] : 0)
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}

extension FixedWidthInteger {
    /// Big end first, as networks have it.
    var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
