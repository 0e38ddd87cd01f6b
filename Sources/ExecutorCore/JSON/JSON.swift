/// A JSON value. Members keep their order, so that what is sent back looks as it came.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSON
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0, value: $1) })
    }

    package init(stringLiteral value: String) { self = .string(value) }
}

/// Reading by the rules of Mesos: `null` is as good as absent, numbers and booleans may come as strings.
extension JSON {
    /// A member; of several with one name, the last.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self, let value = members.last(where: { $0.name == name })?.value,
            value != .null
        else { return nil }
        return value
    }

    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var items: [JSON]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var isTrue: Bool? {
        switch self {
        case .bool(let value): value
        case .string("true"): true
        case .string("false"): false
        default: nil
        }
    }

    package var whole: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    package var real: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string("Infinity"): .infinity
        case .string(let text): Double(text)
        default: nil
        }
    }

    /// Adds a member, or takes the place of the one with that name.
    package mutating func set(_ name: String, _ value: JSON) {
        guard case .object(var members) = self else { return }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(Member(name: name, value: value))
        }
        self = .object(members)
    }
}
