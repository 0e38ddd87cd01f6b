/// Which handler answers which path.
public struct Routes: Sendable {
    private var handlers: [(path: [Substring], method: String?, handler: any HTTPHandler)] = []
    /// They run on their connection's own event loop.
    let areBrief: Bool

    /// - Parameter areBrief: all handlers only do what takes no time: many small calls are faster so.
    public init(areBrief: Bool = false) { self.areBrief = areBrief }

    /// Adds a handler for a path and all below it; of several the longest wins.
    ///
    /// - Parameter method: the only one that is let through (`GET` lets `HEAD` through as well); others are answered with
    ///   405. Nil leaves that to the handler.
    public mutating func add(_ path: String, only method: String? = nil, _ handler: any HTTPHandler) {
        handlers.append((path.split(separator: "/"), method, handler))
        handlers.sort { $0.path.count > $1.path.count }
    }

    public func answer(_ call: HTTPCall) async -> HTTPAnswer {
        let words = call.path.split(separator: "/")
        guard let found = handlers.first(where: { words.starts(with: $0.path) }) else {
            return HTTPAnswer(status: 404, text: "There is nothing at \(call.path)\n")
        }
        if let method = found.method, call.method != method, !(method == "GET" && call.method == "HEAD") {
            let allowed = method == "GET" ? "GET, HEAD" : method
            return HTTPAnswer(
                status: 405, text: "Expecting '\(method)', received '\(call.method)'\n", headers: [("Allow", allowed)])
        }
        return await found.handler.answer(call)
    }
}
