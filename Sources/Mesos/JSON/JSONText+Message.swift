extension JSONText {
    /// Writes a message, and the defaults of what it lacks. Its fields come by rising number, unknown ones last: so
    /// does SwiftProtobuf serialize. A field of another wire type than declared is an unknown one.
    mutating func write(_ wire: WireReader, as shape: Schema.Message) {
        var wire = wire
        var members = Members()
        write("{")
        while !wire.isAtEnd {
            let tag = wire.varint()
            guard let place = shape.byNumber[Int(clamping: tag >> 3)], place >= members.place,
                shape.fields[place].kind.wireType == tag & 7, hasName(wire, shape.fields[place])
            else {
                wire.skip(tag & 7)
                continue
            }
            if members.place == place, members.isRepeating {
                write(",")
            } else {
                close(&members, before: place, of: shape)
                open(shape.fields[place], &members)
            }
            write(shape.fields[place], &wire)
            (members.place, members.isRepeating) = (place, shape.fields[place].label == .repeated)
            if !members.isRepeating { members.place += 1 }
        }
        close(&members, before: shape.fields.count, of: shape)
        write("}")
    }

    /// - Returns: false for a number of an enum that only a newer peer knows: unset, for all that we can say.
    private func hasName(_ wire: WireReader, _ field: Schema.Field) -> Bool {
        guard case .enumeration(let number) = field.kind else { return true }
        var ahead = wire
        return Schema.all.enums[number].byNumber[Int32(truncatingIfNeeded: ahead.varint())] != nil
    }

    /// How far a message is written.
    private struct Members {
        /// The field that is written next, or goes on.
        var place = 0
        var isRepeating = false
        var isEmpty = true
    }

    private mutating func open(_ field: Schema.Field, _ members: inout Members) {
        name(field, &members)
        guard field.label == .repeated else { return }
        if case .map = field.kind { write("{") } else { write("[") }
    }

    private mutating func name(_ field: Schema.Field, _ members: inout Members) {
        if !members.isEmpty { write(",") }
        members.isEmpty = false
        write(field.name.utf8)
        write(":")
    }

    /// Ends what is repeated, and writes the defaults of the fields up to the next one.
    private mutating func close(_ members: inout Members, before place: Int, of shape: Schema.Message) {
        if members.isRepeating {
            if case .map = shape.fields[members.place].kind { write("}") } else { write("]") }
            (members.place, members.isRepeating) = (members.place + 1, false)
        }
        for field in shape.fields[members.place..<max(place, members.place)] {
            guard let written = field.written else { continue }
            name(field, &members)
            bytes += written
        }
    }

    /// Writes one value.
    private mutating func write(_ field: Schema.Field, _ wire: inout WireReader) {
        switch field.kind {
        case .double: write(wire.double())
        case .int32: bytes += String(Int32(truncatingIfNeeded: wire.varint())).utf8
        case .int64: bytes += String(Int64(bitPattern: wire.varint())).utf8
        case .uint32: bytes += String(UInt32(truncatingIfNeeded: wire.varint())).utf8
        case .uint64: bytes += String(wire.varint()).utf8
        case .bool: wire.varint() == 0 ? write("false" as StaticString) : write("true" as StaticString)
        case .string: write(wire.content().rest)
        case .bytes: write(Base64.encode(wire.content().rest))
        case .enumeration(let number):
            let value = Int32(truncatingIfNeeded: wire.varint())
            write((Schema.all.enums[number].byNumber[value] ?? "").utf8)
        case .message(let number): write(wire.content(), as: Schema.all.messages[number])
        case .map(let entry): writeEntry(wire.content(), of: Schema.all.messages[entry])
        }
    }

    private mutating func writeEntry(_ wire: WireReader, of entry: Schema.Message) {
        var wire = wire
        for (place, field) in entry.fields.enumerated() {
            _ = wire.varint()
            write(field, &wire)
            if place == 0 { write(":") }
        }
    }
}
