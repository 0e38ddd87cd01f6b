package import Glibc

/// What the kernel says of a process in `/proc/PID/status`.
package struct ProcessStatus {
    /// By the kernel's numbers.
    package enum Capability: UInt64 { case setGroup = 6, setUser = 7, netAdmin = 12, sysResource = 24 }

    private let values: [Substring: [Substring]]

    package init(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 1) }
        let pairs = lines.filter { $0.count == 2 }.map { ($0[0], $0[1].split(whereSeparator: \.isWhitespace)) }
        values = Dictionary(pairs) { first, _ in first }
    }

    /// Nil where it cannot be read.
    package init?(of pid: pid_t) {
        guard let text = textFile("/proc/\(pid)/status") else { return nil }
        self.init(text)
    }

    /// The words of a line such as `Uid`.
    package subscript(_ name: String) -> [Substring]? { values[name[...]] }

    /// Whether one of the capability sets, such as `CapEff`, has a capability.
    package func has(_ capability: Capability, in set: String) -> Bool {
        let mask = self[set]?.first.flatMap { UInt64($0, radix: 16) } ?? 0
        return mask & 1 << capability.rawValue != 0
    }
}
