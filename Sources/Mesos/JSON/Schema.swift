internal import SwiftProtobuf

/// What the JSON form needs to know of messages and their generated types do not tell: names as declared, labels and
/// defaults.
struct Schema: Sendable {
    enum Kind: Sendable {
        case double, int32, int64, uint32, uint64, bool, string, bytes
        /// By number in ``Schema/enums``.
        case enumeration(Int)
        /// By number in ``Schema/messages``.
        case message(Int)
        /// From texts; the entry's message, by number.
        case map(entry: Int)

        /// The lower three bits of its tag.
        var wireType: UInt64 {
            switch self {
            case .int32, .int64, .uint32, .uint64, .bool, .enumeration: 0
            case .double: 1
            case .string, .bytes, .message, .map: 2
            }
        }
    }

    enum Label: Sendable { case required, optional, repeated }

    struct Field: Sendable {
        let name: String
        let number: Int
        let kind: Kind
        let label: Label
        /// What is written where it is unset: its default as declared, already in JSON.
        let written: [UInt8]?
    }

    struct Message: Sendable {
        let name: String
        /// By rising number.
        let fields: [Field]
        /// Places in ``fields``.
        let byName: [String: Int]
        let byNumber: [Int: Int]
        let required: [Int]
    }

    struct Enumeration: Sendable {
        let byName: [String: Int32]
        let byNumber: [Int32: String]
    }

    private(set) var messages: [Message] = []
    private(set) var enums: [Enumeration] = []
    /// Numbers in ``messages`` by full name, such as `mesos.v1.TaskInfo`.
    private(set) var byName: [String: Int] = [:]

    /// Of all messages that this target has types for.
    static let all: Schema = {
        // Generated with us: a test reads it.
        let bytes = Base64.decode(descriptorSet.utf8) ?? []
        return Schema((try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes)) ?? .init())
    }()

    init(_ set: Google_Protobuf_FileDescriptorSet) {
        var found: [(String, Google_Protobuf_DescriptorProto)] = []
        var foundEnums: [String: Int] = [:]
        func collect(_ type: Google_Protobuf_EnumDescriptorProto, in scope: String) {
            foundEnums["\(scope).\(type.name)"] = enums.count
            let pairs = type.value.map { ($0.name, $0.number) }
            enums.append(
                Enumeration(
                    byName: Dictionary(pairs) { first, _ in first },
                    byNumber: Dictionary(pairs.map { ($1, $0) }) { first, _ in first }))
        }
        func collect(_ type: Google_Protobuf_DescriptorProto, in scope: String) {
            let name = "\(scope).\(type.name)"
            byName[name] = found.count
            found.append((name, type))
            for inner in type.enumType { collect(inner, in: name) }
            for inner in type.nestedType { collect(inner, in: name) }
        }
        for file in set.file {
            for type in file.enumType { collect(type, in: file.package) }
            for type in file.messageType { collect(type, in: file.package) }
        }
        let maps = Set(found.indices.filter { found[$0].1.options.mapEntry })
        messages = found.map { name, type in
            let fields = type.field.sorted { $0.number < $1.number }
                .map { Field($0, messages: byName, enums: foundEnums, maps: maps) }
            let places = fields.indices
            return Message(
                name: name, fields: fields,
                byName: Dictionary(uniqueKeysWithValues: places.map { (fields[$0].name, $0) }),
                byNumber: Dictionary(uniqueKeysWithValues: places.map { (fields[$0].number, $0) }),
                required: places.filter { fields[$0].label == .required })
        }
    }
}

extension Schema.Field {
    init(
        _ field: Google_Protobuf_FieldDescriptorProto, messages: [String: Int], enums: [String: Int], maps: Set<Int>
    ) {
        let type = String(field.typeName.dropFirst())
        let place = messages[type, default: -1]
        name = field.name
        number = Int(field.number)
        kind =
            switch field.type {
            case .double: .double
            case .int32: .int32
            case .int64: .int64
            case .uint32: .uint32
            case .uint64: .uint64
            case .bool: .bool
            case .string: .string
            case .bytes: .bytes
            case .enum: .enumeration(enums[type, default: -1])
            case .message: maps.contains(place) ? .map(entry: place) : .message(place)
            default: preconditionFailure("\(field.name): no message of Mesos has a field of this type")
            }
        label =
            switch field.label {
            case .required: .required
            case .repeated: .repeated
            default: .optional
            }
        written = field.hasDefaultValue && !field.options.deprecated ? Self.json(field) : nil
    }

    private static func json(_ field: Google_Protobuf_FieldDescriptorProto) -> [UInt8] {
        var text = JSONText()
        switch field.type {
        case .double: text.write(Double(field.defaultValue) ?? 0)
        case .string, .enum: text.write(field.defaultValue.utf8)
        default: text.bytes += field.defaultValue.utf8
        }
        return text.bytes
    }
}
