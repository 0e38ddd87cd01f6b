/// A value with one of the C types that libvirt's typed parameters have. Source: `virTypedParameterType`.
public enum TypedParameter: Hashable, Sendable {
    case int(Int32)
    case unsignedInt(UInt32)
    case long(Int64)
    case unsignedLong(UInt64)
    case double(Double)
    case boolean(Bool)
    case string(String)
}

extension TypedParameter {
    /// Any of the integer types, if the number is not negative.
    public var unsigned: UInt64? {
        switch self {
        case .int(let value): UInt64(exactly: value)
        case .unsignedInt(let value): UInt64(value)
        case .long(let value): UInt64(exactly: value)
        case .unsignedLong(let value): value
        case .double, .boolean, .string: nil
        }
    }

    /// Any of the integer types, if the number fits.
    public var signed: Int64? {
        switch self {
        case .int(let value): Int64(value)
        case .unsignedInt(let value): Int64(value)
        case .long(let value): value
        case .unsignedLong(let value): Int64(exactly: value)
        case .double, .boolean, .string: nil
        }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    public var double: Double? {
        if case .double(let value) = self { value } else { nil }
    }
}
