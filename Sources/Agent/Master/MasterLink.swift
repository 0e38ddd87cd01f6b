import FoundationEssentials
import Isolation
public import Logging
public import Mesos
import SwiftProtobuf

/// Keeps the agent registered with a Mesos master, and carries what the two tell each other. One for each agent.
///
/// Messages of the master are taken one after another, in the order in which they came; whatever is told to it leaves in
/// the order in which it was decided. Nothing that anybody sends ends the agent, but the master's own ShutdownMessage.
/// All of it happens on the event loop of ``Executors``: what goes from one to the other needs no other thread.
public actor MasterLink {
    enum Standing: Hashable {
        /// No master is known, or we have not finished recovery.
        case apart
        /// The agent asks to be registered.
        case applying
        case registered
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executors.unownedExecutor }
    let executors: Executors
    let options: MasterOptions
    let log: Logger
    let volumes: VolumeDirectories
    nonisolated let inbox: MasterInbox
    private let detector: any MasterDetector
    private let sender: LibprocessSender
    /// Where the master reaches us: `slave(1)@HOST:PORT`.
    let own: UPID
    var standing = Standing.apart
    var leader: UPID?
    private var isRecovered = false
    /// Authenticates and registers.
    private var attempt: Task<Void, Never>?
    private var watch: Task<Void, Never>?
    private var linkWatch: Task<Void, Never>?
    var lastPing = ContinuousClock.now
    var pingTimeout: Duration
    var authentication: Authentication?
    /// Why the agent is to end.
    nonisolated let end = Once<BulkheadError>()

    /// - Parameter own: as the server's address is seen by the master.
    public init(
        _ detector: any MasterDetector, executors: Executors, options: MasterOptions, own: UPID, inbox: MasterInbox,
        sender: LibprocessSender, volumes: VolumeDirectories, log: Logger = Logger(label: "bulkhead.master")
    ) {
        self.detector = detector
        self.executors = executors
        self.options = options
        self.own = own
        self.inbox = inbox
        self.sender = sender
        self.volumes = volumes
        self.log = log
        pingTimeout = options.pingTimeout
    }

    /// Follows the leading master until it is cancelled. Pings are answered from the first moment; registration waits until
    /// executors were found again.
    ///
    /// - Throws: ``BulkheadError`` with `masterRefused` or `credentialRefused` where the agent is to end.
    public func run() async throws {
        try await withTaskExecutorPreference(LoopExecutor(executors.loop)) { try await keepRegistered() }
    }

    private func keepRegistered() async throws {
        let (news, continuation) = AsyncStream.makeStream(of: [MasterNews].self)
        await executors.attach { continuation.yield($0) }
        defer { for task in [attempt, watch, linkWatch] { task?.cancel() } }
        try await withThrowingTaskGroup { group in
            group.addTask { for await news in news { await self.tell(news) } }
            group.addTask { for await _ in self.inbox.arrivals { await self.receive(self.inbox.take()) } }
            group.addTask { await self.detect() }
            group.addTask {
                try await self.executors.recovered.value()
                await self.hasRecovered()
                throw try await self.end.value()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func hasRecovered() {
        isRecovered = true
        begin()
    }

    /// What cannot be found now may be mended meanwhile: tasks go on, and so do we.
    private func detect() async {
        repeat {
            do { for try await leader in detector.leaders() { await detected(leader) } } catch {
                guard !Task.isCancelled else { return }
                log.error("no master can be found", metadata: ["error": "\(error)"])
            }
            await detected(nil)
        } while (try? await Task.sleep(for: options.detectionPause)) != nil
    }

    private func detected(_ leader: UPID?) async {
        log.info("master detected", metadata: ["master": "\(leader.map(\.description) ?? "none")"])
        if let leader, own.host.hasPrefix("127."), !leader.host.hasPrefix("127.") {
            log.error(
                "the master cannot reach us", metadata: ["own": "\(own)", "remedy": "give --ip or --advertise_ip"])
        }
        self.leader = leader
        inbox.expect(leader)
        await partFromMaster()
        begin()
    }

    /// The master does not know us any more, or we do not know whether it does.
    func partFromMaster() async {
        standing = .apart
        for task in [attempt, watch, linkWatch] { task?.cancel() }
        authentication = nil
        await executors.pauseUpdates()
    }

    /// Registers anew with the same master.
    func rejoin(because why: String) async {
        guard standing == .registered else { return }
        log.warning("registering again", metadata: ["why": "\(why)"])
        await partFromMaster()
        begin()
    }

    private func begin() {
        guard isRecovered, let leader, standing == .apart else { return }
        standing = .applying
        attempt = Task { await apply(to: leader) }
    }

    /// Asks with growing pauses, and anew as soon as a master that was away can be reached again.
    private func apply(to leader: UPID) async {
        do {
            var (delay, pause) = (options.registrationBackoff, options.returnPause)
            while true {
                let wasAway = try await withThrowingTaskGroup(of: Bool.self) { [delay, pause] group in
                    defer { group.cancelAll() }
                    group.addTask { try await self.ask(leader, within: delay) }
                    group.addTask { try await self.awaitReturn(of: leader, pause) }
                    return try await group.next() ?? false
                }
                // One that only breaks connections off is asked less and less.
                pause = wasAway ? options.returnPause : min(pause * 2, options.longestRegistrationBackoff)
                delay = .zero
            }
        } catch {
            guard let error = error as? BulkheadError else { return }
            end.fulfil(.success(error))
        }
    }

    /// Until it is cancelled, by registration at the latest.
    private func ask(_ leader: UPID, within delay: Duration) async throws -> Never {
        try await Task.sleep(for: delay * Double.random(in: 0...1))
        if let credential = options.credential { try await authenticate(credential, with: leader) }
        var pause = options.registrationBackoff * 2
        while true {
            try Task.checkCancellation()
            await register(with: leader)
            try await Task.sleep(for: pause * Double.random(in: 0.1...1))
            pause = min(pause * 2, options.longestRegistrationBackoff)
        }
    }

    /// Waits until the connection to the master has ended, and then until there is one again.
    ///
    /// - Returns: whether it could not be had in between.
    private func awaitReturn(of leader: UPID, _ pause: Duration) async throws -> Bool {
        // One that nobody could connect to is tried all the same: what is wrong with it was logged with the message.
        if let link = try? sender.link(to: leader) { for await _ in link {} }
        var (wasAway, pause) = (false, pause)
        // Agents that have lost the same master do not come back at the same moment.
        try await Task.sleep(for: pause * Double.random(in: 0.5...1))
        while await !sender.connects(to: leader) {
            (wasAway, pause) = (true, options.returnPause)
            try await Task.sleep(for: pause * Double.random(in: 0.5...1))
        }
        return wasAway
    }

    private func register(with leader: UPID) async {
        if await executors.membership.agent == nil {
            send(await executors.registration(port: own.port), to: leader)
        } else {
            send(await executors.reregistration(port: own.port), to: leader)
        }
    }

    /// The connection to the master has ended: it may have, too.
    private func follow(_ leader: UPID) async {
        do {
            for await why in try sender.link(to: leader) where !Task.isCancelled {
                await rejoin(because: "the connection to the master has ended: \(why)")
            }
        } catch { log.warning("no link to the master", metadata: ["error": "\(error)"]) }
    }

    func registered(with leader: UPID, _ connection: Mesos_Internal_MasterSlaveConnection?) {
        standing = .registered
        for task in [attempt, linkWatch] { task?.cancel() }
        linkWatch = Task { await follow(leader) }
        lastPing = .now
        let named = connection?.totalPingTimeoutSeconds ?? 0
        // A day at most: no number that is sent may be one that a clock cannot take.
        pingTimeout = named > 0 ? .seconds(min(named, 86400)) : options.pingTimeout
        watch?.cancel()
        watch = Task {
            while standing == .registered, !Task.isCancelled {
                let left = lastPing + pingTimeout - .now
                guard left > .zero else { return await rejoin(because: "the master does not ping") }
                guard (try? await Task.sleep(for: left)) != nil else { return }
            }
        }
    }

    /// The master forgets this agent, and so do we: the next registration is a new one's.
    public func leave() async {
        guard standing == .registered, let leader else { return }
        let id = executors.agentID
        send(Mesos_Internal_UnregisterSlaveMessage.with { $0.slaveID = id }, to: leader)
        await executors.forgetMembership()
        // Its connection is closed in order, after what was sent.
        await sender.close()
    }

    /// What cannot be sent now is repaired by its own retry, or by the next registration.
    func send(_ message: any SwiftProtobuf.Message, from process: String = process, to receiver: UPID) {
        do { try sender.send(message, from: process, to: receiver) } catch {
            log.warning("message not sent", metadata: ["error": "\(error)"])
        }
    }

    private func tell(_ all: [MasterNews]) async {
        let agent = executors.agentID
        for news in all {
            guard standing == .registered, let leader else { return }
            switch news {
            case .update(let outgoing):
                send(Mesos_Internal_StatusUpdateMessage(outgoing, agent: agent, sender: own), to: leader)
            case .exited(let framework, let executor, let status):
                send(
                    Mesos_Internal_ExitedExecutorMessage.with {
                        $0.slaveID = agent
                        $0.frameworkID.value = framework
                        $0.executorID.value = executor
                        $0.status = status
                    }, to: leader)
            case .message(let message):
                send(message, to: await executors.schedulers[message.frameworkID.value] ?? leader)
            }
        }
    }
}

extension Mesos_Internal_StatusUpdateMessage {
    /// - Parameter sender: never empty: that would end the master.
    init(_ outgoing: UpdateStreams.Outgoing, agent: Mesos_V1_AgentID, sender: UPID) {
        self.init()
        pid = sender.description
        update = .with {
            $0.frameworkID.value = outgoing.update.framework
            if let executor = outgoing.update.executor { $0.executorID.value = executor }
            $0.slaveID = agent
            $0.status = outgoing.update.status
            $0.timestamp = outgoing.update.status.timestamp
            $0.uuid = outgoing.update.status.uuid
            $0.latestState = outgoing.latest
        }
    }
}
