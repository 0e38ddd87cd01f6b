import Isolation

/// What came before an entry and speaks about it: GNU's long names, pax records.
struct TarRecords: Hashable, Sendable {
    var path: [UInt8]?
    var target: [UInt8]?
    var size: Int64?
    var modified: Int64?

    var isEmpty: Bool { self == TarRecords() }

    /// Takes the contents of a GNU record: a name that may be closed by a zero byte.
    static func name(_ contents: [UInt8]) -> [UInt8] { contents.last == 0 ? Array(contents.dropLast()) : contents }

    /// Reads pax records, each `LENGTH KEY=VALUE` and a line feed, the length counting all of it.
    mutating func read(_ contents: [UInt8]) throws(BulkheadError) {
        var rest = contents[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard let length = TarRecords.decimal(digits), length <= rest.count, length > digits.count + 1 else {
                throw .brokenArchive("a pax record's length is wrong")
            }
            let record = rest.prefix(Int(length)).dropFirst(digits.count + 1)
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw .brokenArchive("a pax record is malformed")
            }
            try take(record[..<equals], record[(equals + 1)...].dropLast())
            rest = rest.dropFirst(Int(length))
        }
    }

    private mutating func take(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(BulkheadError) {
        switch String(decoding: key, as: UTF8.self) {
        case "path": path = Array(value)
        case "linkpath": target = Array(value)
        case "size":
            guard let size = TarRecords.decimal(value) else { throw .brokenArchive("a pax record's size is no number") }
            self.size = size
        case "mtime":
            // Fractions are cut off; negative times too are rounded towards zero, which nothing depends on.
            let isNegative = value.first == UInt8(ascii: "-")
            let whole = value.dropFirst(isNegative ? 1 : 0).prefix { $0 != UInt8(ascii: ".") }
            guard let seconds = TarRecords.decimal(whole) else {
                throw .brokenArchive("a pax record's time is no number")
            }
            modified = isNegative ? -seconds : seconds
        case let name where name.hasPrefix("GNU.sparse."): throw .brokenArchive("it holds a sparse file in pax format")
        default: break
        }
    }

    /// One to eighteen digits.
    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
