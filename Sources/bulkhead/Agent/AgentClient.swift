import Isolation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Speaks to one agent over HTTP/1.1: one connection for each request, no wait without a deadline.
struct AgentClient: Sendable {
    let address: AgentAddress
    /// `Authorization`; nil where there is none.
    var authorization: String?
    /// How long making a connection may take.
    var connectTime = Duration.seconds(5)

    private typealias Exchange = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    /// Sends a request and hands over its answer while it comes: what is not taken is not sent. The connection ends with
    /// `read`.
    ///
    /// - Parameter silence: how long the agent may say nothing while it is waited for.
    /// - Throws: ``BulkheadError`` with `agentUnreachable`, and what `read` throws.
    func exchange<Value: Sendable>(
        _ request: AgentRequest, silence: Duration = .seconds(30),
        _ read: (AgentReply, inout ReplyParts) async throws -> Value
    ) async throws -> Value {
        let (address, head) = (address, head(request))
        let channel = try await connect(silence)
        return try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Where the agent does not want all of it, the answer says why.
                group.addTask { try? await Self.write(head, request.body, to: outbound) }
                defer { group.cancelAll() }
                var parts = ReplyParts(inbound.makeAsyncIterator(), of: address)
                let reply = try await parts.head()
                return try await read(reply, &parts)
            }
        }
    }

    /// The whole answer.
    ///
    /// - Throws: ``BulkheadError`` with `agentUnreachable`, or what the agent says where its status is not 200 to 299.
    func answer(
        _ request: AgentRequest, silence: Duration = .seconds(30), upTo limit: Int = 64 << 20
    ) async throws -> [UInt8] {
        try await exchange(request, silence: silence) { reply, parts in
            try await check(reply, &parts)
            return try await parts.collect(upTo: limit)
        }
    }

    /// - Throws: ``BulkheadError``, what the agent says where its status is not 200 to 299.
    func check(_ reply: AgentReply, _ parts: inout ReplyParts) async throws {
        guard !(200...299).contains(reply.status) else { return }
        let text = String(decoding: try await parts.collect(upTo: 1 << 20), as: UTF8.self)
        throw BulkheadError(status: reply.status, text, of: address, hasCredential: authorization != nil)
    }

    private func head(_ request: AgentRequest) -> HTTPRequestHead {
        var headers = HTTPHeaders(request.headers)
        headers.add(name: "Host", value: host)
        headers.add(name: "Connection", value: "close")
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        switch request.body {
        case .bytes(let bytes): headers.add(name: "Content-Length", value: "\(bytes.count)")
        case .stream: headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.target, headers: headers)
    }

    private var host: String {
        switch address {
        case .tcp: String("\(address)".dropFirst("http://".count))
        case .unix: "localhost"
        }
    }

    private func connect(_ silence: Duration) async throws(BulkheadError) -> Exchange {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.init(connectTime))
            .channelOption(.socketOption(.so_keepalive), value: 1)
        let wrap: @Sendable (any Channel) -> EventLoopFuture<Exchange> = { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(SilenceLimit(.init(silence)))
                try pipeline.addHTTPClientHandlers()
                return try Exchange(wrappingChannelSynchronously: channel)
            }
        }
        do {
            switch address {
            case .tcp(let host, let port): return try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
            case .unix(let path): return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
            }
        } catch { throw BulkheadError(unreachable: address, because: error) }
    }

    private static func write(
        _ head: HTTPRequestHead, _ body: AgentRequest.Body,
        to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        try await outbound.write(.head(head))
        switch body {
        case .bytes(let bytes):
            if !bytes.isEmpty { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
        case .stream(let parts):
            for await part in parts { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: part)))) }
        }
        try await outbound.write(.end(nil))
    }
}
