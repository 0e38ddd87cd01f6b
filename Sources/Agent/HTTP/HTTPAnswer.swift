/// What a handler answers.
public struct HTTPAnswer: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Each element is sent as soon as it comes, in a chunk of its own, and the next one is asked for when the client
        /// has taken it. What makes the elements bounds how many may wait. When the client has gone the stream's task is
        /// cancelled, so `onTermination` is called.
        case stream(AsyncStream<[UInt8]>)
    }

    public var status: Int
    public var headers: [(String, String)]
    public var body: Body

    public init(status: Int, headers: [(String, String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A line of plain text, as errors are told.
    public init(status: Int, text: String, headers: [(String, String)] = []) {
        self.init(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")] + headers,
            body: .bytes(Array(text.utf8)))
    }
}
