/// One request, its path percent-decoded and without `/slave(1)`.
public struct HTTPCall: Sendable {
    public var method: String
    public var path: String
    public var query: [String: String]
    public var headers: HTTPHeaders
    public var body: HTTPBody
    /// The client's IP address; nil behind a Unix socket.
    public var peer: String?

    public init(
        method: String, path: String, query: [String: String] = [:], headers: HTTPHeaders = HTTPHeaders(),
        body: HTTPBody = HTTPBody([]), peer: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

/// Answers the requests of one endpoint.
///
/// Its task is cancelled when the client has gone, or the server stops.
public protocol HTTPHandler: Sendable {
    func answer(_ call: HTTPCall) async -> HTTPAnswer
}
