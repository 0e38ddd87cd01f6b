/// A number that libvirt owns.
///
/// Numbers of a newer libvirt are kept as they come; they have a `rawValue` and no name.
public protocol LibvirtConstant: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible
where RawValue == Int32 {
    init(rawValue: Int32)

    /// The C name of each known value.
    static var names: [Self: String] { get }
}

extension LibvirtConstant {
    /// The C name, or the type and the number where the number is not known.
    public var description: String {
        Self.names[self] ?? "\(Self.self)(\(rawValue))"
    }
}
