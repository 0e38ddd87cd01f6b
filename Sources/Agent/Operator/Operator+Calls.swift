import FoundationEssentials
import Isolation
import Mesos
import SwiftProtobuf

extension Operator {
    typealias Response = Mesos_V1_Agent_Response

    /// - Returns: status and body; nil for an empty one.
    func perform(_ call: Mesos_V1_Agent_Call) async throws(Refusal) -> (Int, Response?) {
        switch call.type {
        case .getHealth: return (200, response(.getHealth) { $0.getHealth.healthy = health.complaint == nil })
        case .getFlags: return (200, response(.getFlags) { $0.getFlags.flags = flags })
        case .getVersion: return (200, response(.getVersion) { $0.getVersion.versionInfo = version })
        case .getMetrics:
            let values = await metricValues()
            return (200, response(.getMetrics) { $0.getMetrics.metrics = values.map(Mesos_V1_Metric.init) })
        case .getLoggingLevel:
            return (200, response(.getLoggingLevel) { $0.getLoggingLevel.level = logging.level })
        case .setLoggingLevel: return try setLoggingLevel(call.setLoggingLevel)
        case .listFiles:
            let files = try await list(call.listFiles.path)
            return (200, response(.listFiles) { $0.listFiles.fileInfos = files.map(Mesos_V1_FileInfo.init) })
        case .readFile: return (200, try await read(call.readFile))
        case .getContainers:
            var containers = await containers(standalone: call.getContainers.showStandalone)
            if call.getContainers.showNested { containers += await nestedContainers(in: containers) }
            return (200, response(.getContainers) { $0.getContainers.containers = containers })
        case .getState, .getTasks, .getExecutors, .getFrameworks: return (200, await taskAnswer(call.type))
        case .getAgent: return (200, response(.getAgent) { $0.getAgent.agentInfo = description.info })
        case .getOperations: return (200, response(.getOperations) { $0.getOperations = .init() })
        case .getResourceProviders:
            return (200, response(.getResourceProviders) { $0.getResourceProviders = .init() })
        case .launchContainer:
            let launch = call.launchContainer
            guard launch.containerID.hasParent else { return (try await self.launch(launch), nil) }
            return (try await launchNested(try NestedOrder(launch)), nil)
        case .waitContainer:
            let id = call.waitContainer.containerID
            let end = id.hasParent ? try await waitNested(id) : try await wait(id)
            return (200, response(.waitContainer) { $0.waitContainer = end })
        case .killContainer:
            let kill = call.killContainer
            guard kill.containerID.hasParent else { return (try await self.kill(kill), nil) }
            return (try await killNested(kill.containerID, kill.hasSignal ? kill.signal : 9), nil)
        case .removeContainer:
            let id = call.removeContainer.containerID
            return (id.hasParent ? try await removeNested(id) : try await remove(id), nil)
        case .launchNestedContainer: return (try await launchNested(try NestedOrder(call.launchNestedContainer)), nil)
        case .waitNestedContainer:
            let end = try await waitNested(call.waitNestedContainer.containerID)
            return (200, response(.waitNestedContainer) { $0.waitNestedContainer = .init(end) })
        case .killNestedContainer:
            let kill = call.killNestedContainer
            return (try await killNested(kill.containerID, kill.hasSignal ? kill.signal : 9), nil)
        case .removeNestedContainer: return (try await removeNested(call.removeNestedContainer.containerID), nil)
        case .launchNestedContainerSession, .attachContainerInput, .attachContainerOutput:
            throw Refusal(status: 406, text: "This call is answered with a stream, or asks with one")
        case .unknown: throw Refusal(status: 501, text: "There is no such call")
        case .addResourceProviderConfig, .updateResourceProviderConfig, .removeResourceProviderConfig,
            .markResourceProviderGone, .pruneImages:
            throw Refusal(status: 501, text: "This agent has neither resource providers nor image stores to prune")
        }
    }

    private func response(_ type: Response.TypeEnum, _ fill: (inout Response) -> Void) -> Response {
        var response = Response()
        response.type = type
        fill(&response)
        return response
    }

    private var flags: [Mesos_V1_Flag] {
        description.flags.map { flag in .with { ($0.name, $0.value) = (flag.name, flag.value) } }
    }

    var version: Mesos_V1_VersionInfo { .with { $0.version = description.version } }

    func versionJSON() throws -> [UInt8] { try MesosJSON.encode(version) }

    private func setLoggingLevel(_ call: Mesos_V1_Agent_Call.SetLoggingLevel) throws(Refusal) -> (Int, Response?) {
        guard call.duration.nanoseconds > 0 else {
            throw Refusal(status: 400, text: "'set_logging_level.duration' must be above 0")
        }
        logging.set(call.level, for: .nanoseconds(call.duration.nanoseconds))
        return (200, nil)
    }

    private func taskAnswer(_ type: Mesos_V1_Agent_Call.TypeEnum) async -> Response {
        let overview = await executors.snapshot()
        switch type {
        case .getTasks: return response(.getTasks) { $0.getTasks = overview.tasks }
        case .getExecutors: return response(.getExecutors) { $0.getExecutors = overview.all }
        case .getFrameworks: return response(.getFrameworks) { $0.getFrameworks = overview.allFrameworks }
        default:
            return response(.getState) {
                $0.getState.getTasks = overview.tasks
                $0.getState.getExecutors = overview.all
                $0.getState.getFrameworks = overview.allFrameworks
            }
        }
    }
}

extension AgentSnapshot {
    var tasks: Mesos_V1_Agent_Response.GetTasks {
        .with {
            $0.queuedTasks = executors.flatMap(\.queued)
            $0.launchedTasks = executors.flatMap(\.launched)
            $0.completedTasks = executors.flatMap(\.ended)
        }
    }

    var all: Mesos_V1_Agent_Response.GetExecutors {
        func infos(_ isCompleted: Bool) -> [Mesos_V1_Agent_Response.GetExecutors.Executor] {
            executors.filter { $0.isCompleted == isCompleted }.map { executor in .with { $0.executorInfo = executor.info } }
        }
        return .with { ($0.executors, $0.completedExecutors) = (infos(false), infos(true)) }
    }

    var allFrameworks: Mesos_V1_Agent_Response.GetFrameworks {
        .with { $0.frameworks = frameworks.map { info in .with { $0.frameworkInfo = info } } }
    }
}

extension Mesos_V1_Metric {
    init(_ value: (name: String, value: Double)) {
        self.init()
        (name, self.value) = (value.name, value.value)
    }
}
