/// What a client of ZooKeeper that looks for the leading master does next. It decides; ``ZooKeeperWatcher`` acts.
///
/// After each change, and on each new connection, it lists the masters again: an event is a hint.
struct ZooKeeperSession {
    enum Action: Equatable {
        case send([UInt8])
        case announce(UPID?)
        /// Whoever acts connects again, to another server.
        case disconnect
        case fail(DetectionError)
    }

    private enum State: Equatable {
        /// Next: `connecting`.
        case disconnected
        /// Next, as of every state that follows: `disconnected`.
        case connecting
        /// Next: `reading`, `missing`, `watching`.
        case listing(Int32)
        /// There is no path; asked so that we hear of it. Next: `listing`, `watching`.
        case missing(Int32)
        /// Next: `listing`, `watching`.
        case reading(Int32, MasterNode)
        /// All is told. Next: `listing`.
        case watching
    }

    private let address: ZooKeeperAddress
    private let requested: Duration
    private var timeout: Duration
    private var state = State.disconnected
    private var session: ZooKeeperProtocol.Session?
    private var seen: Int64 = 0
    private var lastNumber: Int32 = 0
    /// Something changed while we asked.
    private var isStale = false
    private var leader: MasterNode?
    private var announced: UPID??
    /// When the server was last heard.
    private var heard: ContinuousClock.Instant
    private var pinged: ContinuousClock.Instant
    /// When the connection was lost; nil while there is a session.
    private var lost: ContinuousClock.Instant?

    init(_ address: ZooKeeperAddress, timeout: Duration, at now: ContinuousClock.Instant) {
        (self.address, requested, self.timeout) = (address, timeout, timeout)
        (heard, pinged, lost) = (now, now, now)
    }

    mutating func opened(at now: ContinuousClock.Instant) -> [Action] {
        (state, heard, pinged) = (.connecting, now, now)
        return [.send(ZooKeeperProtocol.connect(session, seen: seen, timeout: requested))]
    }

    mutating func closed(at now: ContinuousClock.Instant) {
        if lost == nil { lost = now }
        state = .disconnected
    }

    /// To be called several times within the session's timeout.
    mutating func tick(at now: ContinuousClock.Instant) -> [Action] {
        // The server counts from about the same time on. A connection without an answer gives no new time.
        var actions: [Action] = []
        if let lost, now - lost >= timeout { actions = expire() }
        if state != .disconnected, now - heard >= timeout * 2 / 3 { return actions + disconnect(at: now) }
        guard state != .disconnected, state != .connecting, now - pinged >= timeout / 3 else { return actions }
        pinged = now
        return actions + [.send(ZooKeeperProtocol.pingFrame())]
    }

    mutating func take(_ frame: [UInt8], at now: ContinuousClock.Instant) -> [Action] {
        guard state != .disconnected else { return [] }
        heard = now
        // What cannot be read tells nothing of the masters; another server may be better.
        do { return try state == .connecting ? connected(frame, at: now) : replied(frame, at: now) } catch {
            return disconnect(at: now)
        }
    }

    private mutating func connected(_ frame: [UInt8], at now: ContinuousClock.Instant) throws(MalformedMessage)
        -> [Action]
    {
        let answer = try ZooKeeperProtocol.Connected(frame)
        guard answer.timeout > 0 else { return expire() + disconnect(at: now) }
        session = answer.session
        timeout = max(.milliseconds(Int(answer.timeout)), .milliseconds(100))
        (lost, isStale) = (nil, false)
        return (address.credential.map { [.send(ZooKeeperProtocol.authenticate($0))] } ?? []) + list()
    }

    private mutating func replied(_ frame: [UInt8], at now: ContinuousClock.Instant) throws(MalformedMessage)
        -> [Action]
    {
        let reply = try ZooKeeperProtocol.Reply(frame)
        seen = max(seen, reply.transaction)
        switch (reply.number, state) {
        case (ZooKeeperProtocol.ping, _): return []
        case (ZooKeeperProtocol.authentication, _): return reply.code == .ok ? [] : [.fail(denied())]
        case (ZooKeeperProtocol.event, .watching): return list()
        case (ZooKeeperProtocol.event, _):
            isStale = true
            return []
        case (_, .listing(reply.number)): return try listed(reply, at: now)
        case (_, .missing(reply.number)): return looked(reply, at: now)
        case (_, .reading(reply.number, let node)): return try read(reply, node, at: now)
        default: throw MalformedMessage("an answer to what nobody asked")
        }
    }

    private mutating func list() -> [Action] {
        (state, isStale) = (.listing(next()), false)
        return [.send(ZooKeeperProtocol.list(address.path, number: lastNumber))]
    }

    private mutating func listed(
        _ reply: ZooKeeperProtocol.Reply, at now: ContinuousClock.Instant
    ) throws(MalformedMessage) -> [Action] {
        switch reply.code {
        case .ok:
            var rest = reply.rest
            guard let first = try rest.texts().compactMap({ MasterNode($0) }).min(by: { $0.number < $1.number }) else {
                return withoutLeader()
            }
            guard first != leader else { return settled() }
            state = .reading(next(), first)
            return [.send(ZooKeeperProtocol.read(address.path + "/" + first.name, number: lastNumber))]
        case .noNode:
            state = .missing(next())
            return [.send(ZooKeeperProtocol.exists(address.path, number: lastNumber))]
        case .notAllowed: return [.fail(denied())]
        default: return disconnect(at: now)
        }
    }

    private mutating func looked(_ reply: ZooKeeperProtocol.Reply, at now: ContinuousClock.Instant) -> [Action] {
        switch reply.code {
        case .ok: list()
        case .noNode: withoutLeader()
        case .notAllowed: [.fail(denied())]
        default: disconnect(at: now)
        }
    }

    private mutating func read(
        _ reply: ZooKeeperProtocol.Reply, _ node: MasterNode, at now: ContinuousClock.Instant
    ) throws(MalformedMessage) -> [Action] {
        switch reply.code {
        case .ok:
            var rest = reply.rest
            guard let master = node.master(try rest.buffer()) else {
                return [
                    .fail(
                        DetectionError(
                            .contentMalformed, "\(address), node \(node.name)", "it names no master's address",
                            remedy: "find out who wrote it; a path is for the masters of one cluster alone"))
                ]
            }
            leader = node
            return announce(master) + settled()
        case .noNode: return list()
        case .notAllowed: return [.fail(denied())]
        default: return disconnect(at: now)
        }
    }

    private mutating func settled() -> [Action] {
        state = .watching
        return isStale ? list() : []
    }

    private mutating func withoutLeader() -> [Action] {
        leader = nil
        return announce(nil) + settled()
    }

    /// A leader is always news, that there is none just once.
    private mutating func announce(_ master: UPID?) -> [Action] {
        defer { announced = master }
        return master == nil && announced == .some(nil) ? [] : [.announce(master)]
    }

    /// The session is over, so what it has seen counts no more.
    private mutating func expire() -> [Action] {
        (session, seen, leader) = (nil, 0, nil)
        return announce(nil)
    }

    private mutating func disconnect(at now: ContinuousClock.Instant) -> [Action] {
        closed(at: now)
        return [.disconnect]
    }

    private mutating func next() -> Int32 {
        lastNumber = lastNumber == .max ? 1 : lastNumber + 1
        return lastNumber
    }

    private func denied() -> DetectionError {
        DetectionError(
            .accessDenied, "\(address)",
            address.credential == nil
                ? "ZooKeeper wants a password for it" : "ZooKeeper does not accept the password for it",
            remedy: "write zk://USER:PASSWORD@… as the masters have it")
    }
}
