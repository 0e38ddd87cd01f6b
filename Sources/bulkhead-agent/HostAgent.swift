import Agent
import Foundation
import HostSetup
import Isolation
import Logging
import Mesos
import SwiftProtobuf
import VMIsolation

/// The parts of one agent, put together: operators on one address, executors on another.
struct HostAgent: Sendable {
    let place: ExecutorHost
    private let settings: AgentSettings
    private let executors: Executors
    private let panel: Operator
    private let collector: SandboxCollector
    private let executorServer: AgentServer
    private let server: AgentServer

    /// - Throws: ``BulkheadError`` that names what is missing.
    init(_ settings: AgentSettings, _ host: Place, _ log: AgentLog) async throws {
        self.settings = settings
        let engine = try host.engine()
        let machines = try host.machines(
            template: settings.flags["vm_template"], network: settings.flags["vm_network"],
            acceleration: ("--vm_accel", settings.flags["vm_accel"] ?? ""))
        let images = ImageChoice(settings, host.images)
        let guests = settings.isolation.launcher == .vm ? try await engine.guestSide(machines) : nil
        place = try ExecutorHost(guests, state: host.state, images: images)
        let store = try AgentStore(path: settings.workDirectory + "/agent.db")
        let metrics = AgentMetrics()
        let info = settings.info(id: store.agentID)
        executors = Executors(
            containerizer: try engine.containerizer(machines, settings.isolation), store: store, place: place,
            secret: try ExecutorSecret(path: settings.executorSecret), options: settings.executorOptions,
            observe: metrics.observe)
        let description = AgentDescription(
            info: info, workDirectory: settings.workDirectory, version: Release.version,
            startTime: Date().timeIntervalSince1970, flags: settings.flags.shown)
        panel = Operator(
            description, executors: executors, places: host.state, metrics: metrics, logging: log, image: images.image)
        collector = SandboxCollector(panel.containerizer, host.state, metrics, settings.collection)
        var routes = Routes()
        panel.add(to: &routes, guardedBy: settings.credentials)
        TaskEndpoint(executors, places: host.state).add(to: &routes, guardedBy: settings.credentials)
        server = AgentServer(routes: routes, address: settings.address) { guests?.holds($0) ?? false }
        var executorRoutes = Routes()
        executorRoutes.add("/api/v1/executor", ExecutorEndpoint(executors))
        executorServer = AgentServer(
            routes: executorRoutes,
            address: .tcp(host: place.listening, port: try ExecutorPort.kept(in: settings.workDirectory)))
    }

    /// Executors of a former process are expected before operators are served.
    ///
    /// - Returns: where operators are served.
    func start() async throws -> AgentServer.Address {
        let logger = Logger(label: "bulkhead.agent")
        let executorAddress = try await executorServer.start()
        try ExecutorPort.keep(executorAddress, in: settings.workDirectory)
        place.isServed(at: executorAddress)
        let address = try await server.start()
        panel.isServed(at: address)
        let begin = ContinuousClock.now
        let actions = try await executors.recover()
        for action in actions { logger.info("recovered", metadata: ["action": "\(action.words)"]) }
        panel.metrics.recovered(in: ContinuousClock.now - begin, errors: actions.filter(\.isLoss).count)
        panel.hasRecovered()
        return address
    }

    /// Removes old sandboxes, until it is cancelled.
    func collect() async { await collector.run() }

    /// Takes no more work and ends what there is.
    func drain(within limit: Duration) async {
        await server.stop()
        let left = await executors.drain(within: limit)
        let logger = Logger(label: "bulkhead.agent")
        if left.isEmpty { logger.info("drained") } else {
            logger.error("not drained in time", metadata: ["containers": "\(left.map(\.description))"])
        }
    }

    /// Containers go on; a later process finds them again.
    func stop() async {
        await server.stop()
        await executors.stop()
        await executorServer.stop()
    }
}

extension AgentSettings {
    func info(id: String) -> Mesos_V1_AgentInfo {
        .with {
            $0.hostname = hostname
            $0.resources = resources
            $0.attributes = attributes
            $0.id.value = id
        }
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
