/// Named values that libvirt reports or takes. Source: `virTypedParameterPtr`.
public struct TypedParameters: Hashable, Sendable {
    public var values: [String: TypedParameter]

    public init(_ values: [String: TypedParameter] = [:]) {
        self.values = values
    }

    public subscript(field: String) -> TypedParameter? {
        get { values[field] }
        set { values[field] = newValue }
    }
}

extension TypedParameters: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, TypedParameter)...) {
        values = Dictionary(elements) { _, last in last }
    }
}

extension TypedParameters {
    /// The numbered fields of a list, such as `net.0.name`, by number and with the rest of their name.
    func list(_ name: String) -> [(index: Int, fields: TypedParameters)] {
        var items: [Int: TypedParameters] = [:]
        for (field, value) in values {
            let parts = field.split(separator: ".", maxSplits: 2)
            guard parts.count == 3, parts[0] == name, let index = Int(parts[1]) else { continue }
            items[index, default: [:]][String(parts[2])] = value
        }
        return items.sorted { $0.key < $1.key }.map { (index: $0.key, fields: $0.value) }
    }

    /// A number of nanoseconds.
    func nanoseconds(_ field: String) -> Duration? {
        self[field]?.unsigned.map { .nanoseconds(Int64(clamping: $0)) }
    }

    func kibibytes(_ field: String) -> Kibibytes? {
        self[field]?.unsigned.map { Kibibytes($0) }
    }
}
