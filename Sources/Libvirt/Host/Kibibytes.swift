/// An amount of memory in libvirt's unit, 1024 bytes.
public struct Kibibytes: RawRepresentable, Hashable, Comparable, Codable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    public init(_ kibibytes: UInt64) {
        rawValue = kibibytes
    }

    /// Rounds down to whole KiB.
    public init(bytes: UInt64) {
        rawValue = bytes / 1024
    }

    /// `UInt64.max` where the number does not fit.
    public init(mebibytes: UInt64) {
        let (value, overflow) = mebibytes.multipliedReportingOverflow(by: 1024)
        rawValue = overflow ? .max : value
    }

    /// `UInt64.max` where the number does not fit.
    public var bytes: UInt64 {
        let (value, overflow) = rawValue.multipliedReportingOverflow(by: 1024)
        return overflow ? .max : value
    }

    /// A memory limit that is none. Source: `VIR_DOMAIN_MEMORY_PARAM_UNLIMITED`.
    public static let unlimited = Kibibytes(9_007_199_254_740_991)

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Kibibytes: CustomStringConvertible {
    public var description: String { "\(rawValue) KiB" }
}
