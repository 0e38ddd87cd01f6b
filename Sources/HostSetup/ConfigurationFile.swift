import Foundation
public import Isolation

/// A JSON file of settings, flat: `{"budget": {"lease": 60}}` is `60` under `budget.lease`.
public struct ConfigurationFile: Sendable {
    public let path: String
    public private(set) var values: [String: String] = [:]
    /// What is taken apart in ``values``, whole and as JSON.
    private var objects: [String: String] = [:]

    /// - Parameter isNeeded: it must exist.
    /// - Throws: ``BulkheadError`` with `badOption` where it is missing though it must not, or holds no JSON object.
    public init(path: String, isNeeded: Bool) throws(BulkheadError) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            guard isNeeded || FileManager.default.fileExists(atPath: path) else { return }
            throw Self.bad(path, "it is not there, or cannot be read", "see its name and permissions")
        }
        guard let top = try? JSONDecoder().decode([String: Value].self, from: data) else {
            throw Self.bad(path, "it holds no JSON object", "correct the file or remove it")
        }
        for (key, value) in top { add(value, key) }
    }

    private mutating func add(_ value: Value, _ key: String) {
        switch value {
        case .null: break
        case .object(let members):
            objects[key] = value.text
            for (name, member) in members { add(member, "\(key).\(name)") }
        default: values[key] = value.text
        }
    }

    /// A key's value; that of an object is JSON.
    public func text(_ key: String) -> String? { values[key] ?? objects[key] }

    /// - Throws: ``BulkheadError`` with `badOption` that names a key which is none of these, nor within one of them.
    public func check(against known: Set<String>) throws(BulkheadError) {
        func isKnown(_ key: String) -> Bool { known.contains { key == $0 || key.hasPrefix($0 + ".") } }
        let sections = objects.keys.filter { key in !known.contains { $0.hasPrefix(key + ".") } }
        guard let unknown = (values.keys + sections).filter({ !isKnown($0) }).min() else { return }
        throw Self.bad(path, "there is no key “\(unknown)”", "docs/configuration.md lists them")
    }

    private static func bad(_ path: String, _ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.badOption, "configuration \(path)", why, remedy: remedy)
    }
}

extension ConfigurationFile {
    private enum Value: Codable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case array([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .null
            } else if let bool = try? value.decode(Bool.self) {
                self = .bool(bool)
            } else if let integer = try? value.decode(Int64.self) {
                self = .integer(integer)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else if let string = try? value.decode(String.self) {
                self = .string(string)
            } else if let array = try? value.decode([Value].self) {
                self = .array(array)
            } else {
                self = .object(try value.decode([String: Value].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .null: try value.encodeNil()
            case .bool(let bool): try value.encode(bool)
            case .integer(let integer): try value.encode(integer)
            case .number(let number): try value.encode(number)
            case .string(let string): try value.encode(string)
            case .array(let array): try value.encode(array)
            case .object(let object): try value.encode(object)
            }
        }

        /// As it would stand on a command line: a list with commas, an object as JSON.
        var text: String {
            switch self {
            case .null: return ""
            case .bool(let bool): return "\(bool)"
            case .integer(let integer): return "\(integer)"
            case .number(let number): return "\(number)"
            case .string(let string): return string
            case .array(let array): return array.map(\.text).joined(separator: ",")
            case .object:
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                // What was read can be written.
                return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            }
        }
    }
}
