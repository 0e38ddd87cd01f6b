/// Takes the records out of a RecordIO stream: a length in decimal digits, a newline, that many bytes.
package struct RecordReader {
    package static let sizeLimit = 8 << 20

    package enum Failure: Error, Hashable {
        case lengthMissing
        case tooLarge(Int)
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Nil while the length is being read.
    private var missing: Int?

    /// - Parameter limit: of one record, in bytes.
    package init(limit: Int = RecordReader.sizeLimit) { self.limit = limit }

    /// - Returns: the records that are complete with these bytes.
    package mutating func feed(_ bytes: [UInt8]) throws(Failure) -> [[UInt8]] {
        var records: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty || missing == 0 {
            guard let count = missing else {
                try readLength(&rest)
                continue
            }
            let part = rest.prefix(count)
            buffer += part
            rest = rest.dropFirst(part.count)
            missing = count - part.count
            guard missing == 0 else { break }
            records.append(buffer)
            (buffer, missing) = ([], nil)
        }
        return records
    }

    private mutating func readLength(_ rest: inout ArraySlice<UInt8>) throws(Failure) {
        while let byte = rest.popFirst() {
            if byte == 0x0a {
                let text = String(decoding: buffer, as: UTF8.self)
                guard let count = Int(text), count >= 0 else { throw .lengthMissing }
                guard count <= limit else { throw .tooLarge(count) }
                (buffer, missing) = ([], count)
                return
            }
            guard (0x30...0x39).contains(byte), buffer.count < 19 else { throw .lengthMissing }
            buffer.append(byte)
        }
    }
}
