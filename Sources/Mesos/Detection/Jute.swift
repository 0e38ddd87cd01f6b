/// ZooKeeper's encoding: numbers with the highest byte first; texts, buffers and lists behind their length in 4 bytes.
struct JuteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ buffer: [UInt8]) {
        write(Int32(buffer.count))
        bytes += buffer
    }

    mutating func write(_ text: String) { write(Array(text.utf8)) }

    /// All that was written, behind its length: as it is sent.
    var frame: [UInt8] {
        var whole = JuteWriter()
        whole.write(bytes)
        return whole.bytes
    }
}

struct JuteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(MalformedMessage)
        -> Number
    {
        let size = Number.bitWidth / 8
        guard rest.count >= size else { throw MalformedMessage("\(rest.count) bytes where a number has \(size)") }
        defer { rest = rest.dropFirst(size) }
        return rest.prefix(size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// An absent buffer, which has the length -1, is an empty one.
    mutating func buffer() throws(MalformedMessage) -> [UInt8] {
        let size = Int(try number(Int32.self))
        if size == -1 { return [] }
        guard size >= 0, size <= rest.count else {
            throw MalformedMessage("a length of \(size) with \(rest.count) bytes to come")
        }
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }

    mutating func text() throws(MalformedMessage) -> String {
        guard let text = String(validating: try buffer(), as: UTF8.self) else {
            throw MalformedMessage("a text that is no UTF-8")
        }
        return text
    }

    mutating func texts() throws(MalformedMessage) -> [String] {
        let count = Int(try number(Int32.self))
        // Each has a length of its own, so a count that is too large soon finds nothing left.
        var texts: [String] = []
        var read = 0
        while read < count {
            texts.append(try text())
            read += 1
        }
        return texts
    }
}

/// Takes a stream of frames apart, however it was cut on its way.
struct JuteFrames {
    /// Of one frame, in bytes: four times what ZooKeeper itself allows for a node.
    static let limit = 4 << 20
    private var bytes: [UInt8] = []

    /// - Returns: the frames that are complete now, without their lengths.
    mutating func take(_ more: some Collection<UInt8>) throws(MalformedMessage) -> [[UInt8]] {
        bytes += more
        var frames: [[UInt8]] = []
        while bytes.count >= 4 {
            var reader = JuteReader(Array(bytes.prefix(4)))
            let size = Int(try reader.number(Int32.self))
            guard (0...Self.limit).contains(size) else { throw MalformedMessage("a frame of \(size) bytes") }
            guard bytes.count >= 4 + size else { break }
            frames.append(Array(bytes[4..<4 + size]))
            bytes.removeFirst(4 + size)
        }
        return frames
    }
}
