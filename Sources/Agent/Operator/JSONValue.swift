/// JSON as the older endpoints write it: members in the order given.
enum JSONValue {
    case object([(String, JSONValue)])
    case array([JSONValue])
    case string(String)
    case number(Double)
    case integer(Int64)
    case bool(Bool)
    /// Text that is JSON already.
    case raw([UInt8])

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (number, member) in members.enumerated() {
                if number > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONValue.string(member.0).write(to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.1.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (number, value) in values.enumerated() {
                if number > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): Self.write(text, to: &bytes)
        case .number(let number):
            let isWhole = number == number.rounded() && abs(number) < 1e15
            bytes += Array((isWhole ? "\(Int64(number))" : number.isFinite ? "\(number)" : "null").utf8)
        case .integer(let number): bytes += Array("\(number)".utf8)
        case .bool(let value): bytes += Array("\(value)".utf8)
        case .raw(let text): bytes += text
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            // Also `<`, so that a page that holds the text does not take it for its own.
            case 0..<0x20, 0x7F, UInt8(ascii: "<"):
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension HTTPAnswer {
    /// - Parameter call: which may ask, with `jsonp`, for a script that calls a function with the value.
    init(_ value: JSONValue, for call: HTTPCall) {
        guard let function = call.query["jsonp"] else {
            self.init(status: 200, headers: [("Content-Type", "application/json")], body: .bytes(value.bytes))
            return
        }
        let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.")
        guard !function.isEmpty, function.count <= 128, function.allSatisfy(letters.contains) else {
            self.init(status: 400, text: "“jsonp” is no function's name\n")
            return
        }
        self.init(
            status: 200, headers: [("Content-Type", "text/javascript"), ("X-Content-Type-Options", "nosniff")],
            body: .bytes(Array((function + "(").utf8) + value.bytes + Array(");".utf8)))
    }
}
