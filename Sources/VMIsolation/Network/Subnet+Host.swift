import Foundation
public import Isolation

extension Subnet {
    /// A /24 of 10.128.0.0/9 that overlaps nothing taken, the same one each time for the same seed.
    static func free(seed: UInt32, avoiding taken: [Subnet]) -> Subnet? {
        let choices: UInt32 = 128 * 256
        return (0..<choices).lazy.map { step in
            let choice = (seed &+ step) % choices
            return Subnet(base: 10 << 24 | (128 << 16) + choice << 8, prefix: 24)
        }.first { candidate in !taken.contains { $0.prefix > 0 && $0.overlaps(candidate) } }
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
            return Subnet(base: destination.byteSwapped, prefix: mask.nonzeroBitCount)
        }.filter { $0.prefix > 0 }
    }

    /// What this host is on itself.
    public static var ofThisHost: [Subnet] { routed(table: HostRoutes.table, directly: true) }
}

/// This host's IPv4 routes, as the kernel lists them.
enum HostRoutes {
    static var table: String {
        FileManager.default.contents(atPath: "/proc/net/route").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The device of the default route; nil where there is none.
    static var outside: String? {
        let lines = table.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
        return lines.first { $0.count > 7 && $0[1] == "00000000" && $0[7] == "00000000" }.map { String($0[0]) }
    }
}
