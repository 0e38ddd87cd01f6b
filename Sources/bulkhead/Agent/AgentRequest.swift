import Isolation
import NIOCore
import NIOHTTP1

struct AgentRequest: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Sent part by part, as they come.
        case stream(AsyncStream<[UInt8]>)
    }

    var method: String
    /// Percent-encoded, as ``path(_:query:)`` makes it.
    var target: String
    var headers: [(String, String)]
    var body: Body

    init(_ method: String = "GET", _ target: String, headers: [(String, String)] = [], body: Body = .bytes([])) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    init(_ method: String = "POST", _ target: String, json: [UInt8]) {
        self.init(method, target, headers: [("Content-Type", "application/json")], body: .bytes(json))
    }

    /// - Parameter words: of the path, each as it is meant.
    static func path(_ words: [String], query: [(String, String)] = []) -> String {
        let pairs = query.map { encode($0.0) + "=" + encode($0.1) }
        return words.map { "/" + encode($0) }.joined() + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    private static func encode(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        let digits = Array("0123456789ABCDEF")
        return text.utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }
}

/// An answer's head.
struct AgentReply: Sendable {
    var status: Int
    var headers: HTTPHeaders

    func header(_ name: String) -> String? { headers.first(name: name) }
}

/// An answer's body, part by part.
struct ReplyParts {
    private var parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let address: AgentAddress
    private var isOver = false

    init(_ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator, of address: AgentAddress) {
        self.parts = parts
        self.address = address
    }

    mutating func head() async throws -> AgentReply {
        guard case .head(let head) = try await read() else { throw broken() }
        return AgentReply(status: Int(head.status.code), headers: head.headers)
    }

    /// - Returns: nil at the end.
    mutating func next() async throws -> [UInt8]? {
        while !isOver {
            switch try await read() {
            case .body(let buffer): return Array(buffer: buffer)
            case .end: isOver = true
            case .head, nil: throw broken()
            }
        }
        return nil
    }

    mutating func collect(upTo limit: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        while let part = try await next() {
            all += part
            guard all.count <= limit else {
                throw BulkheadError(
                    .agentUnreachable, "agent \(address)", "its answer has more than \(limit) bytes",
                    remedy: "see what serves there")
            }
        }
        return all
    }

    private mutating func read() async throws -> HTTPClientResponsePart? {
        do { return try await parts.next() } catch {
            if error is CancellationError { throw error }
            throw BulkheadError(unreachable: address, because: error)
        }
    }

    private func broken() -> BulkheadError {
        BulkheadError(unreachable: address, because: ChannelError.eof)
    }
}
