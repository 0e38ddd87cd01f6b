public import NIOCore
public import SwiftProtobuf
import Synchronization

/// Sends messages to other processes, over one lasting connection for each address.
///
/// Messages to one address arrive in the order in which they were sent, as long as its connection holds; the next one after
/// a break makes a new connection. What was on its way then is lost: there are no receipts, so whoever needs an answer
/// repeats.
public final class LibprocessSender: Sendable {
    public struct Limits: Sendable {
        /// How long a connection may take to be made.
        public var connectTime = Duration.seconds(5)
        /// Of what may wait for one address, in bytes. A message that is alone may be larger.
        public var waiting = 64 << 20

        public init() {}
    }

    private struct State {
        var connections: [SocketAddress: LibprocessConnection] = [:]
        var isClosed = false
        var dropped = 0
    }

    private let address: UPID
    private let group: any EventLoopGroup
    private let limits: Limits
    private let state = Mutex(State())

    /// - Parameter address: where others reach our processes; its id stands for nothing.
    public init(from address: UPID, group: any EventLoopGroup, limits: Limits = Limits()) {
        (self.address, self.group, self.limits) = (address, group, limits)
    }

    /// Messages that were taken or refused for want of room, and never written.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Puts a message into the queue of its receiver's address and returns at once.
    ///
    /// - Parameters:
    ///   - name: the full name of its type where that is another than the message's own.
    ///   - id: of the process of ours that sends it and gets what is answered.
    public func send(
        _ message: any Message, name: String? = nil, from id: String, to receiver: UPID
    ) throws(LibprocessError) {
        let name = name ?? type(of: message).protoMessageName
        let body: [UInt8]
        do { body = try message.serializedBytes() } catch {
            throw LibprocessError(reason: .incompleteMessage, message: name, receiver: receiver)
        }
        let message = LibprocessMessage(sender: address.process(id), receiver: receiver.id, name: name, body: body)
        let bytes = message.encoded(to: receiver)
        guard try connection(to: receiver, for: name).send(bytes, limit: limits.waiting) else {
            state.withLock { $0.dropped += 1 }
            throw LibprocessError(reason: .queueFull, message: name, receiver: receiver)
        }
    }

    /// Makes the connection to an address, if there is none, and watches it.
    ///
    /// - Returns: at most one element, why the connection broke or could not be made. A peer that just falls silent breaks none.
    public func link(to receiver: UPID) throws(LibprocessError) -> AsyncStream<String> {
        let connection = try connection(to: receiver, for: "a link")
        return AsyncStream { continuation in
            connection.end.whenSuccess { reason in
                continuation.yield(reason)
                continuation.finish()
            }
        }
    }

    /// Makes the connection to an address, if there is none.
    ///
    /// - Returns: whether there is one now.
    public func connects(to receiver: UPID) async -> Bool {
        await (try? connection(to: receiver, for: "a connection"))?.isMade() ?? false
    }

    /// Closes all connections. What has not been written yet is dropped.
    public func close() async {
        let connections = state.withLock { state in
            state.isClosed = true
            return Array(state.connections.values)
        }
        for connection in connections { await connection.close() }
    }

    private func connection(to receiver: UPID, for message: String) throws(LibprocessError) -> LibprocessConnection {
        guard receiver.port > 0, let remote = try? SocketAddress(ipAddress: receiver.host, port: receiver.port) else {
            throw LibprocessError(reason: .addressUnusable, message: message, receiver: receiver)
        }
        let (connection, isNew) = state.withLock { state -> (LibprocessConnection?, Bool) in
            if state.isClosed { return (nil, false) }
            if let known = state.connections[remote] { return (known, false) }
            let new = LibprocessConnection(to: remote, group: group, within: TimeAmount(limits.connectTime)) {
                [weak self] in
                self?.state.withLock { $0.dropped += 1 }
            }
            state.connections[remote] = new
            return (new, true)
        }
        guard let connection else { throw LibprocessError(reason: .closed, message: message, receiver: receiver) }
        if isNew { connection.end.whenSuccess { [weak self] _ in self?.forget(connection, remote) } }
        return connection
    }

    private func forget(_ connection: LibprocessConnection, _ remote: SocketAddress) {
        state.withLock { state in
            if state.connections[remote] === connection { state.connections[remote] = nil }
        }
    }
}
