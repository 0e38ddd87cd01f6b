internal import CLibvirt

/// A version as libvirt numbers it: 1 000 000 × major + 1000 × minor + release.
public struct LibvirtVersion: RawRepresentable, Hashable, Comparable, Codable, Sendable {
    public let rawValue: UInt

    public init(rawValue: UInt) {
        self.rawValue = rawValue
    }

    public init(_ major: UInt16, _ minor: UInt16 = 0, _ release: UInt16 = 0) {
        rawValue = UInt(major) * 1_000_000 + UInt(minor) * 1000 + UInt(release)
    }

    public var major: UInt { rawValue / 1_000_000 }
    public var minor: UInt { rawValue / 1000 % 1000 }
    public var release: UInt { rawValue % 1000 }

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The libvirt library in this process. Source: `virGetVersion`.
    public static var library: LibvirtVersion {
        get throws {
            try Library.ensureSetUp()
            var number: UInt = 0
            try check("virGetVersion", unsafe virGetVersion(&number, nil, nil))
            return LibvirtVersion(rawValue: number)
        }
    }
}

extension LibvirtVersion: CustomStringConvertible {
    public var description: String { "\(major).\(minor).\(release)" }
}
