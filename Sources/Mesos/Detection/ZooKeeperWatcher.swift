import NIOCore
import NIOPosix

/// Does what a ``ZooKeeperSession`` decides: one connection at a time, to one server after another.
actor ZooKeeperWatcher {
    private let address: ZooKeeperAddress
    private let timeout: Duration
    private let found: @Sendable (UPID?) -> Void
    private var session: ZooKeeperSession
    private var channel: (any Channel)?

    /// - Parameter found: gets each leader, and nil where there is none.
    init(
        _ address: ZooKeeperAddress, timeout: Duration, found: @escaping @Sendable (UPID?) -> Void
    ) {
        (self.address, self.timeout, self.found) = (address, timeout, found)
        session = ZooKeeperSession(address, timeout: timeout, at: .now)
    }

    /// Ends by an error alone: a ``DetectionError``, or because it was cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await self.watchTime() }
            tasks.addTask { try await self.keepConnected() }
            defer { tasks.cancelAll() }
            _ = try await tasks.next()
        }
    }

    private func watchTime() async throws {
        while true {
            try await Task.sleep(for: timeout / 20)
            try perform(session.tick(at: .now))
        }
    }

    private func keepConnected() async throws {
        let servers = address.servers.shuffled()
        var turn = 0
        while true {
            try await serve(servers[turn % servers.count])
            turn += 1
            // Not all agents at once.
            try await Task.sleep(for: timeout * Double.random(in: 0...0.1))
        }
    }

    /// Follows one connection to its end.
    private func serve(_ server: ZooKeeperAddress.Server) async throws {
        let (frames, arrivals) = AsyncStream<[UInt8]>.makeStream(
            bufferingPolicy: .bufferingOldest(ZooKeeperFrames.waiting))
        let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout / address.servers.count))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ZooKeeperFrames(arrivals))
                }
            }
            .connect(host: server.host, port: server.port)
        // A server that cannot be reached may be mended, and there may be others.
        guard let channel = try? await connecting.get() else { return try Task.checkCancellation() }
        self.channel = channel
        defer {
            channel.close(promise: nil)
            self.channel = nil
            session.closed(at: .now)
        }
        try perform(session.opened(at: .now))
        for await frame in frames { try perform(session.take(frame, at: .now)) }
        try Task.checkCancellation()
    }

    private func perform(_ actions: [ZooKeeperSession.Action]) throws {
        for action in actions {
            switch action {
            case .send(let frame): channel?.writeAndFlush(ByteBuffer(bytes: frame), promise: nil)
            case .announce(let master): found(master)
            case .disconnect: channel?.close(promise: nil)
            case .fail(let error): throw error
            }
        }
    }
}

/// Hands on a connection's frames, and closes it for what is none or comes faster than it is taken.
private final class ZooKeeperFrames: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// So many frames may wait to be taken; there is never more than one answer under way, and a few events.
    static let waiting = 64
    private let arrivals: AsyncStream<[UInt8]>.Continuation
    private var frames = JuteFrames()

    init(_ arrivals: AsyncStream<[UInt8]>.Continuation) { self.arrivals = arrivals }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let complete = try? frames.take(Self.unwrapInboundIn(data).readableBytesView) else {
            return context.close(promise: nil)
        }
        for frame in complete {
            guard case .enqueued = arrivals.yield(frame) else { return context.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrivals.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
