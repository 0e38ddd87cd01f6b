extension JSONScanner {
    /// Takes an object and writes it as a message.
    mutating func message(_ shape: Schema.Message, into wire: inout WireWriter) throws(MalformedMessage) {
        guard try peek() == .object else { throw malformed("\(shape.name) is to be an object") }
        var seen: Set<Int> = []
        var written = seen
        try object { scanner, name throws(MalformedMessage) in
            guard let place = shape.byName[name] else { return try scanner.skipValue() }
            guard seen.insert(place).inserted else { throw scanner.malformed("“\(name)” comes twice") }
            guard !scanner.takesNull() else { return }
            if try scanner.member(shape.fields[place], of: shape, into: &wire) { written.insert(place) }
        }
        for place in shape.required where !isPartial && !written.contains(place) {
            throw malformed("\(shape.name) lacks “\(shape.fields[place].name)”")
        }
    }

    /// - Returns: false for what counts as unset.
    private mutating func member(
        _ field: Schema.Field, of shape: Schema.Message, into wire: inout WireWriter
    ) throws(MalformedMessage) -> Bool {
        if case .map(let entry) = field.kind {
            try map(field, Schema.all.messages[entry], into: &wire)
        } else if field.label == .repeated {
            guard try peek() == .array else { throw wrong(field, "an array") }
            try array { scanner throws(MalformedMessage) in _ = try scanner.value(field, into: &wire) }
        } else {
            return try value(field, into: &wire)
        }
        return true
    }

    private mutating func map(
        _ field: Schema.Field, _ entry: Schema.Message, into wire: inout WireWriter
    ) throws(MalformedMessage) {
        guard try peek() == .object else { throw wrong(field, "an object") }
        try object { scanner, key throws(MalformedMessage) in
            try wire.field(field.number) { wire throws(MalformedMessage) in
                wire.field(1, key.utf8)
                _ = try scanner.value(entry.fields[1], into: &wire)
            }
        }
    }

    private mutating func value(_ field: Schema.Field, into wire: inout WireWriter) throws(MalformedMessage) -> Bool {
        let number = field.number
        switch field.kind {
        case .double: wire.field(number, double: try double(field))
        case .int32: wire.field(number, varint: UInt64(bitPattern: Int64(try integer(Int32.self, field))))
        case .int64: wire.field(number, varint: UInt64(bitPattern: try integer(Int64.self, field)))
        case .uint32: wire.field(number, varint: UInt64(try integer(UInt32.self, field)))
        case .uint64: wire.field(number, varint: try integer(UInt64.self, field))
        case .bool: wire.field(number, varint: try bool(field) ? 1 : 0)
        case .string: wire.field(number, try text(field, "a text").utf8)
        case .bytes:
            guard let bytes = Base64.decode(try text(field, "a text in base64").utf8) else {
                throw wrong(field, "a text in base64")
            }
            wire.field(number, bytes)
        case .enumeration(let place):
            guard let value = Schema.all.enums[place].byName[try text(field, "a name")] else { return false }
            wire.field(number, varint: UInt64(bitPattern: Int64(value)))
        case .message(let place):
            guard try peek() == .object else { throw wrong(field, "an object") }
            try wire.field(number) { wire throws(MalformedMessage) in
                try message(Schema.all.messages[place], into: &wire)
            }
        case .map: throw wrong(field, "an object")
        }
        return true
    }

    private func wrong(_ field: Schema.Field, _ kind: String) -> MalformedMessage {
        malformed("“\(field.name)” is to be \(kind)")
    }

    private mutating func text(_ field: Schema.Field, _ kind: String) throws(MalformedMessage) -> String {
        guard try peek() == .string else { throw wrong(field, kind) }
        return try string()
    }

    private mutating func bool(_ field: Schema.Field) throws(MalformedMessage) -> Bool {
        switch try peek() {
        case .literal: if let value = try literal() { return value }
        case .string: if let value = Bool(try string()) { return value }
        default: break
        }
        throw wrong(field, "true or false")
    }

    private mutating func double(_ field: Schema.Field) throws(MalformedMessage) -> Double {
        switch try peek() {
        case .number: if let value = Double(try number()), value.isFinite { return value }
        case .string:
            switch try string() {
            case "Infinity": return .infinity
            case "-Infinity": return -.infinity
            case "NaN": return .nan
            case let text: if let value = Double(plain(text)), value.isFinite { return value }
            }
        default: break
        }
        throw wrong(field, "a number")
    }

    private mutating func integer<Value: FixedWidthInteger>(
        _: Value.Type, _ field: Schema.Field
    ) throws(MalformedMessage) -> Value {
        let written: String
        switch try peek() {
        case .number: written = try number()
        case .string: written = plain(try string())
        default: throw wrong(field, "a whole number")
        }
        if let value = Value(written) ?? Double(written).flatMap({ Value(exactly: $0) }) { return value }
        throw wrong(field, "a whole number from \(Value.min) to \(Value.max)")
    }

    /// A text that is a number as JSON has them, or nothing: Swift would read more than that.
    private func plain(_ text: String) -> String {
        var scanner = JSONScanner(Array(text.utf8))
        guard (try? scanner.peek()) == .number, let number = try? scanner.number(), number == text else { return "" }
        return number
    }
}
