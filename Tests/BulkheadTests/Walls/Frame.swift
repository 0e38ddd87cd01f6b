/// Ethernet frames that a guest makes up, byte by byte.
struct Frame {
    var bytes: [UInt8]

    var hexadecimal: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static let everybody = [UInt8](repeating: 255, count: 6)

    static func mac(_ text: String) -> [UInt8] { text.split(separator: ":").compactMap { UInt8($0, radix: 16) } }

    static func address(_ text: String) -> [UInt8] { text.split(separator: ".").compactMap { UInt8($0) } }

    private init(from mac: [UInt8], to: [UInt8] = everybody, type: [UInt8], _ payload: [UInt8]) {
        bytes = to + mac + type + payload
    }

    /// - Parameter ports: source, destination.
    static func udp(from mac: [UInt8], _ source: [UInt8], to destination: [UInt8], ports: (UInt8, UInt8)) -> Frame {
        let datagram: [UInt8] = [0, ports.0, 0, ports.1, 0, 12, 0, 0] + Array("ping".utf8)
        var header: [UInt8] = [0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0] + source + destination
        let sum = stride(from: 0, to: 20, by: 2).reduce(UInt32(0)) {
            $0 + UInt32(header[$1]) << 8 + UInt32(header[$1 + 1])
        }
        let folded = ~UInt16(truncatingIfNeeded: (sum & 0xffff) + sum >> 16)
        (header[10], header[11]) = (UInt8(folded >> 8), UInt8(folded & 255))
        return Frame(from: mac, type: [8, 0], header + datagram)
    }

    /// A question for an address that tells whose MAC another one's is.
    static func arp(from mac: [UInt8], claiming address: [UInt8], of owner: [UInt8], asking target: [UInt8]) -> Frame {
        Frame(from: mac, type: [8, 6], [0, 1, 8, 0, 6, 4, 0, 1] + owner + address + [0, 0, 0, 0, 0, 0] + target)
    }

    /// To all nodes, from fe80::1; its checksum is nobody's business here.
    static func routerAdvertisement(from mac: [UInt8]) -> Frame {
        let advertisement: [UInt8] = [134, 0, 0, 0, 64, 0, 7, 8] + [UInt8](repeating: 0, count: 8)
        let source: [UInt8] = [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
        let nodes: [UInt8] = [0xff, 2] + [UInt8](repeating: 0, count: 13) + [1]
        return Frame(
            from: mac, to: [0x33, 0x33, 0, 0, 0, 1], type: [0x86, 0xdd],
            [0x60, 0, 0, 0, 0, 16, 58, 255] + source + nodes + advertisement)
    }

    /// A packet of IPv6 as it is given; checksums in it are nobody's business here.
    ///
    /// - Parameters:
    ///   - hops: how many it says that it may still take.
    ///   - next: the number of what follows its header.
    static func six(
        from mac: [UInt8], _ source: [UInt8], to destination: [UInt8], hops: UInt8, next: UInt8, _ content: [UInt8]
    ) -> Frame {
        let head = [0x60, 0, 0, 0, 0, UInt8(content.count), next, hops]
        return Frame(from: mac, type: [0x86, 0xdd], head + source + destination + content)
    }

    /// The same with the tag of a virtual LAN before its type.
    var tagged: Frame {
        var copy = self
        copy.bytes.insert(contentsOf: [0x81, 0, 0, 0], at: 12)
        return copy
    }
}
