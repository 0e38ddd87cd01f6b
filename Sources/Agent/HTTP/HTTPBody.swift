import Synchronization

/// Why a body could not be read to its end.
public enum HTTPBodyError: Error, Hashable, Sendable {
    /// To be answered with 413.
    case tooLarge(limit: Int)
    /// Nobody is there for an answer.
    case clientGone
}

/// A request's body: its parts as they come. To be read once, by one task.
public struct HTTPBody: AsyncSequence, Sendable {
    public struct AsyncIterator: AsyncIteratorProtocol {
        let read: @Sendable () async throws -> [UInt8]?
        public mutating func next() async throws -> [UInt8]? { try await read() }
    }

    /// `Content-Length`, where the client gave it.
    let length: Int?
    private let read: @Sendable () async throws -> [UInt8]?

    /// A body that is here already, for tests of handlers.
    public init(_ bytes: [UInt8]) {
        let rest = Rest(bytes)
        length = bytes.count
        read = { rest.take() }
    }

    init(length: Int?, read: @escaping @Sendable () async throws -> [UInt8]?) {
        self.length = length
        self.read = read
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(read: read) }

    /// The whole body.
    ///
    /// - Parameter limit: in bytes. A client that announces more is refused before anything is read.
    /// - Throws: ``HTTPBodyError``, or `CancellationError`.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        if let length, length > limit { throw HTTPBodyError.tooLarge(limit: limit) }
        var whole: [UInt8] = []
        whole.reserveCapacity(Swift.min(length ?? 0, 1 << 20))
        for try await part in self {
            guard whole.count + part.count <= limit else { throw HTTPBodyError.tooLarge(limit: limit) }
            whole += part
        }
        return whole
    }
}

private final class Rest: Sendable {
    private let bytes: Mutex<[UInt8]?>
    init(_ bytes: [UInt8]) { self.bytes = Mutex(bytes.isEmpty ? nil : bytes) }
    func take() -> [UInt8]? {
        bytes.withLock { bytes in
            defer { bytes = nil }
            return bytes
        }
    }
}
