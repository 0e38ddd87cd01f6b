import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its answer.
final class HTTPExchange: Sendable {
    let body: BodyQueue
    private let head: HTTPRequestHead
    private let channel: any Channel
    private let peer: String?
    private let keepsAlive: Bool
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ head: HTTPRequestHead, channel: any Channel, peer: String?, keepsAlive: Bool) {
        self.head = head
        self.channel = channel
        self.peer = peer
        self.keepsAlive = keepsAlive
        let isExpected = head.headers["expect"].contains { $0.lowercased() == "100-continue" }
        body = BodyQueue {
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Drained()) }
        } asked: {
            guard isExpected else { return }
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            channel.writeAndFlush(HTTPServerResponsePart.head(go), promise: nil)
        }
        // Without a body there is nothing to wait for.
        if !head.headers.contains(name: "transfer-encoding"), length ?? 0 == 0 { body.finish(.success(())) }
    }

    private var length: Int? { head.headers.first(name: "content-length").flatMap { Int($0) } }

    /// - Parameter executor: nil for Swift's own threads.
    func start(on executor: LoopExecutor?, _ answer: @escaping @Sendable (HTTPCall) async -> HTTPAnswer) {
        let work = Task(executorPreference: executor) {
            guard let call = self.call() else {
                return await self.send(HTTPAnswer(status: 400, text: "The path cannot be decoded\n"))
            }
            await self.send(await answer(call))
        }
        task.withLock { $0 = work }
    }

    /// The client has gone, or is to go.
    func abandon() {
        body.finish(.failure(.clientGone))
        task.withLock { $0 }?.cancel()
    }

    private func call() -> HTTPCall? {
        guard let target = RequestTarget(head.uri) else { return nil }
        let body = body
        return HTTPCall(
            method: head.method.rawValue, path: target.path, query: target.query,
            headers: HTTPHeaders(head.headers.map { ($0.name, $0.value) }),
            body: HTTPBody(length: length) { try await body.next() }, peer: peer)
    }

    private func send(_ answer: HTTPAnswer) async {
        let isStream = if case .stream = answer.body { true } else { false }
        // A client that was not let finish cannot know where its next request begins for us.
        let keepsAlive = keepsAlive && body.isEnded && !(isStream && head.version != .http1_1)
        var fields = NIOHTTP1.HTTPHeaders(answer.headers)
        if !keepsAlive || head.version != .http1_1 {
            fields.replaceOrAdd(name: "Connection", value: keepsAlive ? "keep-alive" : "close")
        }
        let isHead = head.method == .HEAD
        switch answer.body {
        case .bytes(let bytes):
            fields.replaceOrAdd(name: "Content-Length", value: "\(bytes.count)")
            finish([part(answer, fields)] + (isHead || bytes.isEmpty ? [] : [part(bytes)]), keepsAlive: keepsAlive)
        case .stream(let records):
            tell(HTTPConnection.Answering(isStream: true))
            do {
                try await channel.writeAndFlush(part(answer, fields))
                try await write(isHead ? AsyncStream { nil } : records)
                finish([], keepsAlive: keepsAlive)
            } catch {
                // No end of the body: the client is to see that there would have been more.
                channel.close(promise: nil)
            }
        }
    }

    /// Sends the last parts of an answer, in one turn of the connection's loop.
    private func finish(_ parts: [HTTPServerResponsePart], keepsAlive: Bool) {
        guard channel.eventLoop.inEventLoop else {
            return channel.eventLoop.execute { self.finish(parts, keepsAlive: keepsAlive) }
        }
        for part in parts { channel.write(part, promise: nil) }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { [channel] result in
            guard case .success = result else { return channel.close(promise: nil) }
            let answered = HTTPConnection.Answered(exchange: self, closes: !keepsAlive)
            channel.pipeline.fireUserInboundEventTriggered(answered)
        }
    }

    private func part(_ bytes: [UInt8]) -> HTTPServerResponsePart { .body(.byteBuffer(ByteBuffer(bytes: bytes))) }

    private func part(_ answer: HTTPAnswer, _ fields: NIOHTTP1.HTTPHeaders) -> HTTPServerResponsePart {
        .head(HTTPResponseHead(version: head.version, status: .init(statusCode: answer.status), headers: fields))
    }

    private func write(_ records: AsyncStream<[UInt8]>) async throws {
        var failure: (any Error)?
        for await record in records where !record.isEmpty && failure == nil {
            // Not from other threads: they would not see in time that there is no room any more.
            if channel.eventLoop.inEventLoop, channel.isWritable {
                channel.writeAndFlush(part(record), promise: nil)
                continue
            }
            do {
                try await channel.writeAndFlush(part(record))
            } catch {
                failure = error
                // The next round then tells the stream that nobody reads it.
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        if let failure { throw failure }
        try Task.checkCancellation()
    }

    private func tell(_ event: any Sendable) {
        channel.eventLoop.execute { [channel] in channel.pipeline.fireUserInboundEventTriggered(event) }
    }
}
