import Foundation
public import Isolation

extension Subnet {
    /// A /24 of 10.128.0.0/9 that overlaps nothing taken, the same one each time for the same seed.
    static func free(seed: UInt32, avoiding taken: [Subnet]) -> Subnet? {
        let choices: UInt32 = 128 * 256
        return (0..<choices).lazy.map { step in
            let choice = (seed &+ step) % choices
            return Subnet(base: UInt128(10 << 24 | (128 << 16) + choice << 8), prefix: 24)
        }.first { candidate in !taken.contains { $0.prefix > 0 && $0.overlaps(candidate) } }
    }

    static let linkLocal = Subnet(base: 0xfe80 << 112, prefix: 64, .six)

    /// The /64 of fd00::/8 that is a seed's own: 40 bits of it. Source: RFC 4193.
    static func uniqueLocal(seed: some Collection<UInt8>) -> Subnet {
        Subnet(base: seed.prefix(5).reduce(0xfd) { $0 << 8 | UInt128($1) } << 80, prefix: 64, .six)
    }

    /// What a machine with this MAC calls itself in a /64 of IPv6 (EUI-64); nil where it is no MAC.
    func number(of mac: String) -> UInt128? {
        let bytes = mac.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        guard version == .six, bytes.count == 6 else { return nil }
        return base | ([bytes[0] ^ 2] + bytes[1...2] + [0xff, 0xfe] + bytes[3...5]).reduce(0) { $0 << 8 | UInt128($1) }
    }

    func address(of mac: String) -> String? {
        number(of: mac).map { Subnet(base: $0, prefix: 128, .six).host(0) }
    }

    /// What this host's routing table names, the default route left out. Source: `/proc/net/route`.
    ///
    /// - Parameters:
    ///   - directly: only the networks that the host itself is on.
    ///   - device: whose routes are left out.
    static func routed(table: String, directly: Bool = false, besides device: String? = nil) -> [Subnet] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: "\t")
            guard fields.count > 7, let destination = UInt32(fields[1], radix: 16),
                let mask = UInt32(fields[7], radix: 16), !directly || fields[2] == "00000000",
                device.map({ fields[0] != $0 }) ?? true
            else { return nil }
            return Subnet(base: UInt128(destination.byteSwapped), prefix: mask.nonzeroBitCount)
        }.filter { $0.prefix > 0 }
    }

    /// The networks of IPv6 that the host itself is on, link-local ones left out. Source: `/proc/net/ipv6_route`.
    static func routed6(table: String) -> [Subnet] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // RTF_UP, and neither RTF_GATEWAY, RTF_REJECT, RTF_ANYCAST nor RTF_LOCAL: <linux/ipv6_route.h>.
            guard fields.count == 10, let base = UInt128(fields[0], radix: 16), let prefix = Int(fields[1], radix: 16),
                let flags = UInt32(fields[8], radix: 16), flags & 0x8010_0203 == 1
            else { return nil }
            return Subnet(base: base, prefix: prefix, .six)
        }.filter { network in
            network.prefix > 0 && !EgressPolicy.nowhere.contains { $0.contains(network) }
        }
    }

    /// What this host is on itself.
    public static var ofThisHost: [Subnet] {
        routed(table: HostRoutes.table, directly: true) + routed6(table: HostRoutes.table6)
    }
}

/// This host's routes, as the kernel lists them.
enum HostRoutes {
    /// Of IPv4.
    static var table: String { file("/proc/net/route") }
    static var table6: String { file("/proc/net/ipv6_route") }

    private static func file(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The device of the default route; nil where there is none.
    static var outside: String? {
        let lines = table.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
        return lines.first { $0.count > 7 && $0[1] == "00000000" && $0[7] == "00000000" }.map { String($0[0]) }
    }
}
