import Logging
public import Mesos
import Synchronization

/// Messages for the agent, from its HTTP server to ``MasterLink``.
///
/// Whoever reaches the port may send anything: what does not come from the leading master's address is dropped here.
public final class MasterInbox: LibprocessReceiver {
    /// How many may wait. A master sends again what matters.
    static let capacity = 10_000

    /// Elements say that messages may wait.
    let arrivals: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation
    private let waiting = Mutex<[LibprocessMessage]>([])
    private let leader = Mutex<UPID?>(nil)
    private let needsPeerAddress: Bool
    private let log = Logger(label: "bulkhead.master")

    /// - Parameter needsPeerAddress: whether the connection must come from the address that the sender claims.
    public init(needsPeerAddress: Bool) {
        self.needsPeerAddress = needsPeerAddress
        (arrivals, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// - Parameter master: who leads. Without one the last is heard still: where only its election is out of reach, it goes on
    ///   to ping, and an agent that is silent would be given up.
    func expect(_ master: UPID?) { leader.withLock { $0 = master ?? $0 } }

    /// Nothing more comes.
    func finish() { bell.finish() }

    /// All that wait, the oldest first.
    func take() -> [LibprocessMessage] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    public func receive(_ message: LibprocessMessage, peer: String?) -> Bool {
        guard [MasterLink.process, MasterLink.authenticatee].contains(message.receiver) else { return false }
        if !isLeaders(message, peer) || !add(message) {
            log.debug("message dropped", metadata: ["sender": "\(message.sender)", "type": "\(message.name)"])
        }
        return true
    }

    private func isLeaders(_ message: LibprocessMessage, _ peer: String?) -> Bool {
        guard let leader = leader.withLock({ $0 }) else { return false }
        return message.sender.host == leader.host && message.sender.port == leader.port
            && (!needsPeerAddress || peer == message.sender.host)
    }

    private func add(_ message: LibprocessMessage) -> Bool {
        let hasRoom = waiting.withLock { waiting in
            guard waiting.count < Self.capacity else { return false }
            waiting.append(message)
            return true
        }
        if hasRoom { bell.yield() }
        return hasRoom
    }
}
