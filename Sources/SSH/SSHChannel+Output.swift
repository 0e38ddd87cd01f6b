extension SSHChannel {
    /// The live output of a command: `for try await piece in channel.output`.
    public struct Output: AsyncSequence, Sendable {
        let channel: SSHChannel

        public func makeAsyncIterator() -> Iterator {
            Iterator(channel: channel)
        }

        public struct Iterator: AsyncIteratorProtocol {
            let channel: SSHChannel

            public func next() async throws -> SSHOutput? {
                try await channel.read()
            }
        }
    }
}
