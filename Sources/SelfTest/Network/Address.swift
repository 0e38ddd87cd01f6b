import Glibc
import Isolation

/// A hardware address, six bytes.
struct MAC: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init?(_ text: String) {
        bytes = text.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        guard bytes.count == 6 else { return nil }
    }

    var description: String { bytes.map(\.hexadecimal).joined(separator: ":") }

    static let broadcast = MAC([UInt8](repeating: 0xff, count: 6))
    /// To which frames for all IPv6 hosts go.
    static let allIPv6Nodes = MAC([0x33, 0x33, 0, 0, 0, 1])
    static let allIPv4Nodes = MAC([0x01, 0x00, 0x5e, 0, 0, 1])

    /// The address that a host with this MAC gives itself: fe80::/64 and EUI-64.
    var linkLocal: IP {
        IP([0xfe, 0x80, 0, 0, 0, 0, 0, 0, bytes[0] ^ 2] + bytes[1...2] + [0xff, 0xfe] + bytes[3...5])
    }
}

/// An IPv4 address of four bytes or an IPv6 address of sixteen.
struct IP: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init?(_ text: String) {
        var space = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &space) == 1 {
            bytes = Array(space[..<4])
        } else if inet_pton(AF_INET6, text, &space) == 1 {
            bytes = space
        } else {
            return nil
        }
    }

    static let broadcast = IP([255, 255, 255, 255])
    static let loopback = IP([127, 0, 0, 1])
    static let allIPv4Nodes = IP([224, 0, 0, 1])
    static let allIPv6Nodes = IP([0xff, 2] + [UInt8](repeating: 0, count: 13) + [1])

    var isVersion4: Bool { bytes.count == 4 }

    /// The last address of the /24 that this one is in.
    var subnetBroadcast: IP { IP(bytes.dropLast() + [255]) }

    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(isVersion4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
