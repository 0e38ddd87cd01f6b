import Agent
import Foundation
import HostSetup
import Isolation
import Logging
import Mesos
import NIOPosix
import VMIsolation

/// The parts of one agent, put together: operators on one address, executors on another.
struct HostAgent: Sendable {
    let logger = Logger(label: "bulkhead.agent")
    let place: ExecutorHost
    private let settings: AgentSettings
    private let executors: Executors
    private let panel: Operator
    private let collector: SandboxCollector
    private let inbox: MasterInbox?
    private let link = Once<MasterLink>()
    /// Follows the master, until ``stop()``.
    private let following = Once<Task<Void, Never>>()
    private let refusal = Once<any Error>()
    /// Of executors, and of what the master is told: all that they say meets in one place.
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    private let executorServer: AgentServer
    private let server: AgentServer

    /// - Throws: ``BulkheadError`` that names what is missing.
    init(_ settings: AgentSettings, _ host: Place, _ log: AgentLog) async throws {
        self.settings = settings
        let engine = try host.engine()
        var machines = try host.machines(
            template: settings.flags["vm_template"], network: settings.flags["vm_network"],
            acceleration: ("--vm_accel", settings.flags["vm_accel"] ?? ""))
        machines.reachOut = settings.egress.isPossible
        machines.rates = settings.rates
        let images = ImageChoice(settings, host.images)
        let guests = settings.isolation.launcher == .vm ? try await engine.guestSide(machines) : nil
        place = try ExecutorHost(guests, state: host.state, images: images, egress: settings.egress)
        let store = try AgentStore(path: settings.workDirectory + "/agent.db")
        let metrics = AgentMetrics()
        executors = Executors(
            containerizer: try engine.containerizer(machines, settings.isolation), store: store, place: place,
            secret: try ExecutorSecret(path: settings.executorSecret), options: settings.executorOptions, loop: loop,
            observe: metrics.observe)
        let description = AgentDescription(
            info: executors.options.agent, workDirectory: settings.workDirectory, version: Release.version,
            startTime: Date().timeIntervalSince1970, flags: settings.flags.shown)
        panel = Operator(
            description, executors: executors, places: host.state, metrics: metrics, logging: log, image: images.image)
        collector = SandboxCollector(panel.containerizer, host.state, metrics, settings.collection)
        var routes = Routes()
        panel.add(to: &routes, guardedBy: settings.credentials)
        TaskEndpoint(executors, places: host.state).add(to: &routes, guardedBy: settings.credentials)
        inbox = settings.master.map { MasterInbox(needsPeerAddress: $0.options.needsPeerAddress) }
        server = AgentServer(routes: routes, address: settings.address, messages: inbox) { guests?.holds($0) ?? false }
        var executorRoutes = Routes(areBrief: true)
        executorRoutes.add("/api/v1/executor", ExecutorEndpoint(executors))
        executorServer = AgentServer(
            routes: executorRoutes,
            address: .tcp(host: place.listening, port: try ExecutorPort.kept(in: settings.workDirectory)), group: loop)
    }

    /// Executors of a former process are expected before operators are served.
    ///
    /// - Returns: where operators are served.
    func start() async throws -> AgentServer.Address {
        let executorAddress = try await executorServer.start()
        try ExecutorPort.keep(executorAddress, in: settings.workDirectory)
        if case .tcp(_, let port) = executorAddress { try await place.guests?.admit(port: port) }
        place.isServed(at: executorAddress)
        let address = try await server.start()
        panel.isServed(at: address)
        let begin = ContinuousClock.now
        let actions = try await executors.recover()
        try await connect(address)
        for action in actions { logger.info("recovered", metadata: ["action": "\(action.words)"]) }
        panel.metrics.recovered(in: ContinuousClock.now - begin, errors: actions.filter(\.isLoss).count)
        panel.hasRecovered()
        return address
    }

    /// Pings are answered from here on, also while executors have yet to come back.
    private func connect(_ address: AgentServer.Address) async throws {
        guard let master = settings.master, let inbox else { return }
        let own = master.own(address)
        try await executors.check(master.options.reconfiguration, port: own.port)
        let sender = LibprocessSender(from: own, group: loop)
        let link = MasterLink(
            master.detector, executors: executors, options: master.options, own: own, inbox: inbox, sender: sender,
            volumes: VolumeDirectories(workDirectory: settings.workDirectory))
        self.link.fulfil(.success(link))
        let refusal = refusal
        following.fulfil(
            .success(
                Task {
                    do { try await link.run() } catch {
                        if !Task.isCancelled { refusal.fulfil(.success(error)) }
                    }
                }))
    }

    /// Why the master, or the way to it, ends this agent; nil where the wait was cancelled.
    func masterEnd() async -> (any Error)? { try? await refusal.value() }

    /// The master forgets this agent.
    func leaveCluster() async { await (try? link.current?.get())?.leave() }

    /// Removes old sandboxes, until it is cancelled.
    func collect() async { await collector.run() }

    /// Sees that what keeps guests in stays there, until it is cancelled.
    func guardWalls() async {
        await place.guests?.guardWalls(every: settings.flags.duration("wall_check_interval")) { look in
            switch look {
            case .success(let networks):
                for network in networks {
                    logger.warning("rules were taken away, and are set anew", metadata: ["network": "\(network)"])
                }
            case .failure(let error):
                logger.error("guests are not kept in", metadata: ["error": "\(error)"])
                // The next launch would fail for the same reason.
                if let error = error as? BulkheadError { settings.executorOptions.health.launchFailed(error) }
            }
        }
    }

    /// Takes no more work and ends what there is.
    ///
    /// - Returns: the containers that could not be ended.
    func drain(within limit: Duration) async -> [ContainerID] {
        let left = await executors.drain(within: limit)
        await executors.awaitAcknowledgements(within: .seconds(5))
        if left.isEmpty { logger.info("drained") }
        return left
    }

    /// Containers go on; a later process finds them again.
    func stop() async {
        (try? following.current?.get())?.cancel()
        await server.stop()
        await executors.stop()
        await executorServer.stop()
    }
}

extension Recovery.Action {
    /// For the log, without what errors say at length.
    fileprivate var words: String {
        switch self {
        case .follow(let id): "follow \(id)"
        case .destroy(let id, let reason): "destroy \(id): \(reason.outcome.name)"
        case .report(let id): "keep the result of \(id)"
        case .keep(let id): "keep \(id)"
        case .removeOrphan(let machine): "remove orphan \(machine.id)"
        case .leave(let machine, let why): "leave \(machine.id): \(why)"
        }
    }

    fileprivate var isLoss: Bool {
        if case .destroy = self { true } else { false }
    }
}
