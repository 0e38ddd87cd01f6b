/// A share of the host's processors in thousandths, Mesos' precision: 1500 is one and a half.
public struct CPUs: Hashable, Comparable, Codable, Sendable {
    public let thousandths: Int

    public init(thousandths: Int) { self.thousandths = thousandths }

    /// Reads `1`, `0.5`, `1.5`.
    ///
    /// - Returns: nil where the text is no number between 0.01 and 4096.
    public init?(_ text: String) {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(text),
            value >= 0.01, value <= 4096
        else { return nil }
        self.init(thousandths: Int((value * 1000).rounded()))
    }

    public static func < (left: CPUs, right: CPUs) -> Bool { left.thousandths < right.thousandths }
}

extension CPUs: CustomStringConvertible {
    public var description: String {
        thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(Double(thousandths) / 1000)"
    }
}

/// What the fraction means to the host's scheduler. Source: Mesos' cgroups isolator.
public struct CPUAllocation: Hashable, Codable, Sendable {
    /// Whole processors that the guest sees: the share, rounded up.
    public let virtualCPUs: Int
    /// Relative weight against other guests: 1024 for each processor, at least 2.
    public let shares: Int
    /// Microseconds of one `period` that **each** virtual processor may run; libvirt's `vcpu` quota is per processor.
    public let quota: Int
    /// Microseconds.
    public let period: Int

    /// - Parameter virtualCPUs: of a guest that runs already; nil: as many as the fraction needs.
    public init(_ cpus: CPUs, virtualCPUs: Int? = nil) {
        let virtualCPUs = virtualCPUs ?? max(1, (cpus.thousandths + 999) / 1000)
        self.virtualCPUs = virtualCPUs
        shares = max(2, cpus.thousandths * 1024 / 1000)
        period = 100_000
        quota = max(1000, cpus.thousandths * (period / 1000) / virtualCPUs)
    }
}
