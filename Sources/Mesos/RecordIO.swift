/// The framing of streams: each record's length in decimal digits, a line feed, and that many bytes.
public enum RecordIO {
    public static func encode(_ record: some Collection<UInt8>) -> [UInt8] {
        var bytes = Array("\(record.count)\n".utf8)
        bytes.reserveCapacity(bytes.count + record.count)
        bytes += record
        return bytes
    }

    /// Takes a stream apart, however it was cut on its way.
    public struct Decoder: Sendable {
        private let limit: Int
        private var length: [UInt8] = []
        /// How many bytes of the record under way are missing; nil while its length is read.
        private var missing: Int?
        private var record: [UInt8] = []

        /// - Parameter limit: of one record, in bytes. It takes no more memory than has come of it.
        public init(limit: Int) { self.limit = limit }

        /// The stream may end here: no record is under way.
        public var isBetweenRecords: Bool { missing == nil && length.isEmpty }

        /// Takes the next bytes of the stream.
        ///
        /// - Returns: the records that are complete now.
        /// - Throws: for a length that is none or above the limit. The stream has no meaning from there on.
        public mutating func take(_ bytes: some Collection<UInt8>) throws(MalformedMessage) -> [[UInt8]] {
            var records: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                if let wanted = missing {
                    let part = rest.prefix(wanted)
                    record += part
                    rest = rest.dropFirst(part.count)
                    missing = wanted - part.count
                } else {
                    try takeLength(rest.removeFirst())
                }
                guard missing == 0 else { continue }
                records.append(record)
                (missing, record) = (nil, [])
            }
            return records
        }

        private mutating func takeLength(_ byte: UInt8) throws(MalformedMessage) {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), length.count < 19 {
                length.append(byte)
                return
            }
            let text = String(decoding: length, as: UTF8.self)
            guard byte == UInt8(ascii: "\n"), let size = Int(text) else {
                throw MalformedMessage("a record's length is “\(text)” and then byte \(byte)")
            }
            guard size <= limit else {
                throw MalformedMessage("a record has \(size) bytes, more than the \(limit) that it may have")
            }
            (missing, length) = (size, [])
        }
    }
}
