import VMIsolation

/// Where what a task wrote goes: byte for byte; made harmless where a terminal would heed it.
struct ShownOutput {
    private let stream: StandardStream
    private var text: TerminalText?

    /// - Parameter raw: as it is, to a terminal too.
    init(_ stream: StandardStream, raw: Bool) {
        self.stream = stream
        text = stream.isTerminal && !raw ? TerminalText() : nil
    }

    /// - Throws: ``StreamClosed`` where nobody reads any more.
    mutating func write(_ bytes: [UInt8]) async throws { try await stream.write(text?.feed(bytes) ?? bytes) }

    mutating func end() async throws {
        if let rest = text?.end(), !rest.isEmpty { try await stream.write(rest) }
    }
}
