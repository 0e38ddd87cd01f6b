import NIOCore
import NIOPosix
import Synchronization

/// One connection to one address, for as long as it holds. Replies are read and thrown away.
final class LibprocessConnection: Sendable {
    private struct State {
        /// Messages that were not given to the channel yet: they go together.
        var next = ByteBuffer()
        var nextCount = 0
        /// Bytes that the kernel has not taken.
        var waiting = 0
    }

    /// Succeeds when it broke, was closed or could not be made, and says why.
    let end: EventLoopFuture<String>
    private let channel: EventLoopFuture<any Channel>
    private let state = Mutex(State())
    /// Called for a message that could not be written.
    private let lost: @Sendable () -> Void

    init(
        to address: SocketAddress, group: any EventLoopGroup, within limit: TimeAmount,
        lost: @escaping @Sendable () -> Void
    ) {
        channel = ClientBootstrap(group: group)
            .connectTimeout(limit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(to: address)
        end = channel.flatMap { $0.closeFuture }.map { "the connection was closed" }.recover { "\($0)" }
        self.lost = lost
    }

    /// - Returns: as soon as it was made or could not be made.
    func isMade() async -> Bool { (try? await channel.get()) != nil }

    /// - Returns: whether there was room for it; a message that is alone may be larger than the limit.
    func send(_ bytes: [UInt8], limit: Int) -> Bool {
        let (hasRoom, isFirst) = state.withLock { state in
            guard state.waiting == 0 || state.waiting + bytes.count <= limit else { return (false, false) }
            state.waiting += bytes.count
            state.next.writeBytes(bytes)
            state.nextCount += 1
            return (true, state.nextCount == 1)
        }
        if isFirst { channel.eventLoop.execute { self.write() } }
        return hasRoom
    }

    private func write() {
        let (bytes, count) = state.withLock { state in
            defer { (state.next, state.nextCount) = (ByteBuffer(), 0) }
            return (state.next, state.nextCount)
        }
        channel.flatMap { $0.writeAndFlush(bytes) }.whenComplete { result in
            self.state.withLock { $0.waiting -= bytes.readableBytes }
            if case .failure = result { for _ in 0..<count { self.lost() } }
        }
    }

    func close() async {
        let channel = channel
        // What was sent before goes out first.
        channel.eventLoop.execute { channel.whenSuccess { $0.close(promise: nil) } }
        _ = try? await end.get()
    }
}
