/// Reads the answers to HTTP/1.1 requests from a connection, bytes as they come.
package struct ResponseReader {
    package static let headLimit = 64 << 10

    package enum Event: Hashable {
        case head(status: Int)
        case body([UInt8])
        case end(keepsConnection: Bool)
    }

    package enum Failure: Error, Hashable {
        case noHTTP
        case headTooLarge
        case badLength
        case badChunk
        case cutOff
    }

    private enum State {
        case head
        case sized(Int)
        case chunkHead
        case chunk(Int)
        /// The line end after a chunk's bytes.
        case chunkTail
        case trailer
        case untilClose
    }

    private var state = State.head
    private var line: [UInt8] = []
    private var head: [String] = []
    private var headSize = 0
    private var keepsConnection = true

    package init() {}

    package mutating func feed(_ bytes: [UInt8]) throws(Failure) -> [Event] {
        var events: [Event] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            switch state {
            case .sized(let count): take(count, from: &rest, into: &events)
            case .chunk(let count): take(count, from: &rest, into: &events)
            case .untilClose:
                events.append(.body(Array(rest)))
                rest = []
            case .head, .chunkHead, .chunkTail, .trailer:
                if let line = try takeLine(&rest) { try read(line, into: &events) }
            }
        }
        return events
    }

    /// The peer has closed the connection.
    package mutating func finish() throws(Failure) -> [Event] {
        switch state {
        case .untilClose:
            state = .head
            return [.end(keepsConnection: false)]
        case .head where head.isEmpty && line.isEmpty: return []
        default: throw .cutOff
        }
    }

    private mutating func take(_ count: Int, from rest: inout ArraySlice<UInt8>, into events: inout [Event]) {
        let part = rest.prefix(count)
        rest = rest.dropFirst(part.count)
        events.append(.body(Array(part)))
        let isSized = if case .sized = state { true } else { false }
        if part.count < count {
            state = isSized ? .sized(count - part.count) : .chunk(count - part.count)
        } else if isSized {
            finishAnswer(&events)
        } else {
            state = .chunkTail
        }
    }

    private mutating func finishAnswer(_ events: inout [Event]) {
        (state, headSize) = (.head, 0)
        events.append(.end(keepsConnection: keepsConnection))
    }

    private mutating func takeLine(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> String? {
        let end = rest.firstIndex(of: 0x0a) ?? rest.endIndex
        line += rest[..<end]
        headSize += end - rest.startIndex + 1
        guard headSize <= Self.headLimit else { throw .headTooLarge }
        let isComplete = end < rest.endIndex
        rest = rest[end...].dropFirst()
        guard isComplete else { return nil }
        if line.last == 0x0d { line.removeLast() }
        defer { line = [] }
        return String(decoding: line, as: UTF8.self)
    }

    private mutating func read(_ line: String, into events: inout [Event]) throws(Failure) {
        switch state {
        case .head:
            if !line.isEmpty {
                head.append(line)
                guard head.count > 1 || line.hasPrefix("HTTP/1.") else { throw .noHTTP }
            } else if !head.isEmpty {
                try endHead(&events)
            }
        case .chunkHead:
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let count = Int(digits, radix: 16), count >= 0, digits.first?.isHexDigit == true else {
                throw .badChunk
            }
            headSize = 0
            state = count == 0 ? .trailer : .chunk(count)
        case .chunkTail:
            guard line.isEmpty else { throw .badChunk }
            state = .chunkHead
        case .trailer:
            if line.isEmpty { finishAnswer(&events) }
        case .sized, .chunk, .untilClose: break
        }
    }

    private mutating func endHead(_ events: inout [Event]) throws(Failure) {
        let words = head[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]), (100...999).contains(status) else { throw .noHTTP }
        let (isChunked, length, close) = (field("transfer-encoding"), field("content-length"), field("connection"))
        head = []
        // An interim answer: the true one follows.
        guard status >= 200 else { return }
        keepsConnection = close?.lowercased() != "close"
        events.append(.head(status: status))
        if isChunked?.lowercased() == "chunked" {
            state = .chunkHead
        } else if let length {
            guard let count = Int(length), count >= 0 else { throw .badLength }
            state = .sized(count)
            if count == 0 { finishAnswer(&events) }
        } else if status == 204 || status == 304 {
            finishAnswer(&events)
        } else {
            state = .untilClose
        }
    }

    private func field(_ name: String) -> String? {
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { continue }
            return String(parts[1].drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
        }
        return nil
    }
}
