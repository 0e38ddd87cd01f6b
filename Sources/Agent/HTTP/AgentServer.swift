import Glibc
public import Isolation
public import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Serves routes over HTTP/1.1 on one address.
public final class AgentServer: Sendable {
    public enum Address: Hashable, Sendable, CustomStringConvertible {
        /// Port 0: any that is free.
        case tcp(host: String, port: Int)
        /// Only for the user that the server runs as.
        case unix(path: String)

        public var description: String {
            switch self {
            case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unix(let path): "unix:\(path)"
            }
        }
    }

    private let routes: Routes
    private let address: Address
    private let limits: HTTPLimits
    private let messages: (any LibprocessReceiver)?
    private let peers: Peers
    private let refuses: @Sendable (String) -> Bool
    private let group: any EventLoopGroup
    private let listener = Mutex<(any Channel)?>(nil)

    /// - Parameters:
    ///   - messages: who gets libprocess messages; without it they are requests like others.
    ///   - group: on whose loops the connections live; nil for all that the process has.
    ///   - refuses: says of a peer's IP address that its connections are closed unread.
    public init(
        routes: Routes, address: Address, limits: HTTPLimits = HTTPLimits(), messages: (any LibprocessReceiver)? = nil,
        group: (any EventLoopGroup)? = nil,
        refuses: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.refuses = refuses
        self.group = group ?? MultiThreadedEventLoopGroup.singleton
        self.routes = routes
        self.address = address
        self.limits = limits
        self.messages = messages
        peers = Peers(limits)
    }

    /// Begins to serve.
    ///
    /// - Returns: the address, with the port that was found.
    /// - Throws: ``BulkheadError`` with `addressUnusable`.
    public func start() async throws(BulkheadError) -> Address {
        do {
            switch address {
            case .tcp(let host, let port):
                let channel = try await bootstrap().bind(host: host, port: port).get()
                listener.withLock { $0 = channel }
                return .tcp(host: host, port: channel.localAddress?.port ?? port)
            case .unix(let path):
                let channel = try await bindPrivately(path)
                listener.withLock { $0 = channel }
                return address
            }
        } catch { throw unusable(error) }
    }

    /// Made beside and renamed, so that nobody connects before its mode is right.
    private func bindPrivately(_ path: String) async throws -> any Channel {
        let fresh = path + ".new"
        let channel = try await bootstrap().bind(unixDomainSocketPath: fresh, cleanupExistingSocketFile: true).get()
        guard chmod(fresh, 0o600) == 0, rename(fresh, path) == 0 else {
            let error = IOError(errnoCode: errno, reason: "rename")
            try await channel.close()
            throw error
        }
        return channel
    }

    /// Ends idle connections and streams at once, others with their answers or at the end of the limit.
    public func stop(within limit: Duration = .seconds(2)) async {
        try? await listener.withLock { $0 }?.close()
        if case .unix(let path) = address { unlink(path) }
        for channel in peers.channels {
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Stop()) }
        }
        let end = ContinuousClock.now + limit
        // Once in an agent's life: not worth a signal from whichever channel leaves last.
        while !peers.channels.isEmpty, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(5)) }
        for channel in peers.channels { try? await channel.close() }
    }

    private func bootstrap() -> ServerBootstrap {
        let (routes, limits, messages, peers, refuses) = (routes, limits, messages, peers, refuses)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                let peer = channel.remoteAddress?.ipAddress
                guard !(peer.map(refuses) ?? false), peers.admit(channel, peer ?? "") else {
                    return channel.eventLoop.makeFailedFuture(Unwelcome())
                }
                channel.closeFuture.whenComplete { _ in peers.leave(channel, peer ?? "") }
                return channel.eventLoop.makeCompletedFuture {
                    if peer != nil { try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1) }
                    let connection = HTTPConnection(routes: routes, limits: limits, peers: peers, address: peer)
                    try Self.add(connection, messages, channel)
                }
            }
    }

    private static func add(
        _ connection: HTTPConnection, _ messages: (any LibprocessReceiver)?, _ channel: any Channel
    ) throws {
        let limits = connection.limits
        var heads = NIOHTTPDecoderLimitConfiguration()
        heads.maxHeaderFieldSize = limits.headSize
        heads.maxHeaderListSize = limits.headSize
        heads.maxHeaderFieldCount = limits.headFields
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward, limitConfiguration: heads)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([HTTPResponseEncoder(), connection.arrival, ByteToMessageHandler(decoder)])
        if let messages {
            try pipeline.addHandler(
                MessageHandler(messages, peer: channel.remoteAddress?.ipAddress, arrival: connection.arrival))
        }
        try pipeline.addHandlers([HTTPServerPipelineHandler(), connection])
    }

    private func unusable(_ error: any Error) -> BulkheadError {
        let code = (error as? IOError)?.errnoCode
        let why = code.map { String(cString: strerror($0)) } ?? "\(error)"
        let remedy =
            switch code {
            case EADDRINUSE: "end what listens there (another agent?), or choose another port"
            case EADDRNOTAVAIL: "choose an address that this host has"
            default: "choose another address or port"
            }
        return BulkheadError(.addressUnusable, "address \(address)", why, remedy: remedy)
    }
}

/// Why a connection was closed before its first byte.
struct Unwelcome: Error {}
