public import SwiftProtobuf

/// The JSON form of the v1 interfaces, as Mesos reads and writes it: names as declared, numbers for 64-bit integers,
/// declared defaults written out. It is not protobuf's own JSON form.
public enum MesosJSON {
    /// - Throws: ``MalformedMessage`` for a message that lacks a required field.
    public static func encode(_ message: some Message) throws(MalformedMessage) -> [UInt8] {
        let name = type(of: message).protoMessageName
        guard let number = Schema.all.byName[name] else { throw MalformedMessage("\(name) has no JSON form here") }
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let wire: [UInt8]
        do { wire = try message.serializedBytes(options: options) } catch {
            throw MalformedMessage("\(name) lacks a required field")
        }
        var text = JSONText()
        text.write(WireReader(wire), as: Schema.all.messages[number])
        return text.bytes
    }

    /// - Parameter isPartial: required fields may be missing, for who adds them.
    /// - Throws: ``MalformedMessage`` for what is no JSON, has a member of a wrong kind or twice, or lacks a required one.
    public static func decode<M: Message>(
        _ type: M.Type = M.self, from json: [UInt8], isPartial: Bool = false
    ) throws(MalformedMessage) -> M {
        let name = type.protoMessageName
        guard let number = Schema.all.byName[name] else { throw MalformedMessage("\(name) has no JSON form here") }
        var (scanner, wire) = (JSONScanner(json), WireWriter())
        scanner.isPartial = isPartial
        try scanner.message(Schema.all.messages[number], into: &wire)
        try scanner.end()
        do { return try M(serializedBytes: wire.bytes, partial: isPartial) } catch {
            throw MalformedMessage("\(name): \(error)")
        }
    }
}
