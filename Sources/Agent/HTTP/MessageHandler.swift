import Mesos
import NIOCore
import NIOHTTP1

/// Takes libprocess messages out of a connection's requests and answers them, each in its turn.
///
/// Unlike a request a message counts also where its sender has closed the connection already, as Mesos does with one that
/// it made for a few messages. So messages do not wait here for the answers of others.
final class MessageHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Turn {
        /// Of an ordinary request, answered behind us.
        case request
        case message(HTTPResponseStatus, closes: Bool)
    }

    private let receiver: any LibprocessReceiver
    private let peer: String?
    private let arrival: FirstByte
    /// Of the message under way.
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var turns: [Turn] = []
    /// A message was too large; what still comes of it counts no more.
    private var isRefused = false

    init(_ receiver: any LibprocessReceiver, peer: String?, arrival: FirstByte) {
        (self.receiver, self.peer, self.arrival) = (receiver, peer, arrival)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            guard LibprocessMessage.isMeant(method: head.method.rawValue, headers: Self.fields(head)) else {
                turns.append(.request)
                return context.fireChannelRead(data)
            }
            (self.head, body) = (head, ByteBuffer())
        case .body(var part):
            guard head != nil else { return context.fireChannelRead(data) }
            arrival.time = .now()
            body.writeBuffer(&part)
            guard body.readableBytes > BodyLimit.message else { return }
            isRefused = true
            context.close(promise: nil)
        case .end:
            guard let head else { return context.fireChannelRead(data) }
            self.head = nil
            arrival.time = nil
            turns.append(.message(take(head), closes: !head.isKeepAlive))
            answer(context)
        }
    }

    private func take(_ head: HTTPRequestHead) -> HTTPResponseStatus {
        let message = LibprocessMessage(
            method: head.method.rawValue, target: head.uri, headers: Self.fields(head),
            body: Array(body.readableBytesView))
        body = ByteBuffer()
        guard let message else { return .badRequest }
        guard receiver.receive(message, peer: peer) else { return .notFound }
        arrival.isLink = true
        return .accepted
    }

    /// Answers the messages whose turn it is.
    private func answer(_ context: ChannelHandlerContext) {
        while case .message(let status, let closes)? = turns.first {
            turns.removeFirst()
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: ["Content-Length": "0"])
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(Self.wrapOutboundOut(.end(nil)), promise: nil)
            guard closes else { continue }
            context.flush()
            context.close(promise: nil)
        }
    }

    /// A master's messages come several at once: their answers go together.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = Self.unwrapOutboundIn(data), case .request? = turns.first else { return }
        turns.removeFirst()
        answer(context)
    }

    private static func fields(_ head: HTTPRequestHead) -> [(String, String)] {
        head.headers.map { ($0.name, $0.value) }
    }
}
