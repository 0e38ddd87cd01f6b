import NIOCore
import NIOHTTP1

/// One connection: hands requests to their handlers, one after another, and closes it where a limit of time is over.
///
/// Everything in here happens on the channel's event loop; handlers run in a task of their own, ``HTTPExchange``.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Asks the connection to end: at once, or after the answer that is being made.
    struct Stop: Sendable {}
    /// The head of an answer was written.
    struct Answering: Sendable { var isStream: Bool }
    /// The answer was written. The exchange itself: the identifier of one that is gone may be a later one's.
    struct Answered: Sendable { var exchange: HTTPExchange, closes: Bool }
    /// The body's queue has room.
    struct Drained: Sendable {}

    private let routes: Routes
    let limits: HTTPLimits
    let arrival = FirstByte()
    private let peers: Peers
    private let address: String?
    private var exchange: HTTPExchange?
    private var isStreaming = false
    private var isStopping = false
    private var closesAfterBody = false
    private var isReadHeld = false
    private var isClosed = false
    /// When the client last did what is waited for.
    private var progress = NIODeadline.now()
    /// Bytes that the client has not taken, when last looked at.
    private var untaken = 0

    init(routes: Routes, limits: HTTPLimits, peers: Peers, address: String?) {
        self.routes = routes
        self.limits = limits
        self.peers = peers
        self.address = address
    }

    private var peer: String { address ?? "" }

    func channelActive(context: ChannelHandlerContext) {
        progress = .now()
        watch(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress = .now()
        switch Self.unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part): exchange?.body.add(Array(part.readableBytesView))
        case .end:
            exchange?.body.finish(.success(()))
            if closesAfterBody { context.close(promise: nil) }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        endStream()
        let channel = context.channel
        let exchange = HTTPExchange(head, channel: channel, peer: address, keepsAlive: head.isKeepAlive && !isStopping)
        self.exchange = exchange
        let routes = routes
        exchange.start(on: routes.areBrief ? LoopExecutor(channel.eventLoop) : nil) { await routes.answer($0) }
    }

    /// Reads no more while a handler has enough to do.
    func read(context: ChannelHandlerContext) {
        guard let exchange, exchange.body.isFull else { return context.read() }
        isReadHeld = true
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .body = Self.unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let promise = promise ?? context.eventLoop.makePromise()
        promise.futureResult.assumeIsolated().whenSuccess { [weak self] in self?.progress = .now() }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Stop:
            isStopping = true
            if exchange == nil || isStreaming { context.close(promise: nil) }
        case is Drained:
            progress = .now()
            guard isReadHeld else { return }
            isReadHeld = false
            context.read()
        case let answering as Answering:
            guard answering.isStream, !isStreaming else { return }
            isStreaming = true
            peers.stream(1, of: peer)
        case let answered as Answered: end(answered, context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func end(_ answered: Answered, _ context: ChannelHandlerContext) {
        // The next request may have begun already.
        guard let exchange, exchange === answered.exchange else { return }
        endStream()
        self.exchange = nil
        arrival.time = nil
        progress = .now()
        guard answered.closes || isStopping else { return }
        guard !exchange.body.isEnded else { return context.close(promise: nil) }
        exchange.body.discard()
        self.exchange = exchange
        closesAfterBody = true
        context.eventLoop.assumeIsolated().scheduleTask(in: .init(limits.lingerTime)) { context.close(promise: nil) }
    }

    private func endStream() {
        guard isStreaming else { return }
        isStreaming = false
        peers.stream(-1, of: peer)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, exchange == nil else { return context.close(promise: nil) }
        let isLarge = error == .headerOverflow
        let head = HTTPResponseHead(
            version: .http1_1, status: isLarge ? .requestHeaderFieldsTooLarge : .badRequest,
            headers: ["Connection": "close", "Content-Length": "0"])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        endStream()
        exchange?.abandon()
        exchange = nil
        context.fireChannelInactive()
    }

    private func watch(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.pace)) { [weak self] in
            guard let self, !isClosed else { return }
            if let latest = latest(context), latest < .now() { return context.close(promise: nil) }
            watch(context)
        }
    }

    /// Until when the client has to do its part; nil where it is our turn.
    private func latest(_ context: ChannelHandlerContext) -> NIODeadline? {
        // Not whether the channel is writable: it is, with less than 32 KiB on its way.
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting != untaken { (untaken, progress) = (waiting, .now()) }
        if waiting > 0 { return progress + TimeAmount(limits.readPause) }
        if arrival.isLink { return nil }
        if let exchange { return exchange.body.isWaitedFor ? progress + TimeAmount(limits.bodyPause) : nil }
        if let began = arrival.time { return began + TimeAmount(limits.headTime) }
        return peers.hasStream(peer) ? nil : progress + TimeAmount(limits.idleTime)
    }
}

/// Notes what a client does before its requests are taken apart.
final class FirstByte: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// When it began to send the request under way.
    var time: NIODeadline?
    /// It sent a libprocess message: Mesos takes the end of a silent connection for the end of the agent.
    var isLink = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if time == nil { time = .now() }
        context.fireChannelRead(data)
    }
}
