import Isolation
import Mesos
import SwiftProtobuf

/// The older endpoints' JSON.
extension Operator {
    var flagsJSON: JSONValue { .object(description.flags.map { ($0.name, .string($0.value)) }) }

    func containersJSON(_ wanted: String?) async -> JSONValue {
        .array(
            await containers(standalone: false).filter { wanted == nil || $0.containerID.value == wanted }.map { one in
                var members = Self.executor(one) + [("container_id", .string(one.containerID.value))]
                if one.hasContainerStatus, let json = try? MesosJSON.encode(one.containerStatus) {
                    members.append(("status", .raw(json)))
                }
                return .object(members + Self.statistics(one))
            })
    }

    func statisticsJSON() async -> JSONValue {
        .array(
            await containers(standalone: false).filter(\.hasResourceStatistics).map {
                .object(Self.executor($0) + Self.statistics($0))
            })
    }

    private static func executor(_ one: Listed) -> [(String, JSONValue)] {
        [
            ("framework_id", .string(one.frameworkID.value)), ("executor_id", .string(one.executorID.value)),
            ("executor_name", .string(one.executorName)), ("source", .string(one.executorID.value)),
        ]
    }

    private static func statistics(_ one: Listed) -> [(String, JSONValue)] {
        guard one.hasResourceStatistics, let json = try? MesosJSON.encode(one.resourceStatistics) else { return [] }
        return [("statistics", .raw(json))]
    }

    func stateJSON() async -> JSONValue {
        let (overview, info) = (await executors.snapshot(), description.info)
        let used = overview.executors.filter { !$0.isCompleted }
            .flatMap { $0.info.resources + $0.launched.flatMap(\.resources) }
        let resources = Self.resources(info.resources)
        return .object([
            ("version", .string(description.version)), ("start_time", .number(description.startTime)),
            ("id", .string(info.id.value)), ("pid", .string(description.pid)), ("hostname", .string(info.hostname)),
            ("capabilities", .array(Executors.capabilities.map { .string($0.type.wireName) })), ("resources", resources), ("reserved_resources", .object([])),
            ("unreserved_resources", resources), ("unreserved_resources_allocated", Self.resources(used)),
            ("reserved_resources_allocated", .object([])), ("attributes", Self.attributes(info.attributes)),
            ("flags", flagsJSON), ("frameworks", .array(overview.frameworks.map { framework($0, overview) })),
            ("completed_frameworks", .array([])),
        ])
    }

    private func framework(_ info: Mesos_V1_FrameworkInfo, _ overview: AgentSnapshot) -> JSONValue {
        let executors = overview.executors.filter { $0.info.frameworkID == info.id }
        return .object([
            ("id", .string(info.id.value)), ("name", .string(info.name)),
            ("failover_timeout", .number(info.failoverTimeout)), ("checkpoint", .bool(info.checkpoint)),
            ("hostname", .string(info.hostname)), ("roles", .array(info.roles.map { .string($0) })),
            ("executors", .array(executors.filter { !$0.isCompleted }.map(executor))),
            ("completed_executors", .array(executors.filter(\.isCompleted).map(executor))),
        ])
    }

    private func executor(_ executor: AgentSnapshot.Executor) -> JSONValue {
        func tasks(_ tasks: [Mesos_V1_Task]) -> JSONValue { .array(tasks.map(Self.task)) }
        return .object([
            ("id", .string(executor.info.executorID.value)), ("name", .string(executor.info.name)),
            ("source", .string(executor.info.source)), ("container", .string(executor.container.description)),
            ("directory", .string(places.sandbox(executor.container))),
            ("resources", Self.resources(executor.info.resources + executor.launched.flatMap(\.resources))),
            ("role", .string("*")), ("tasks", tasks(executor.launched)), ("queued_tasks", tasks(executor.queued)),
            ("completed_tasks", tasks(executor.ended)),
        ])
    }

    private static func task(_ task: Mesos_V1_Task) -> JSONValue {
        .object([
            ("id", .string(task.taskID.value)), ("name", .string(task.name)),
            ("framework_id", .string(task.frameworkID.value)), ("executor_id", .string(task.executorID.value)),
            ("slave_id", .string(task.agentID.value)), ("state", .string(task.state.wireName)),
            ("resources", resources(task.resources)), ("role", .string("*")),
            (
                "statuses",
                .array(
                    task.statuses.map {
                        .object([("state", .string($0.state.wireName)), ("timestamp", .number($0.timestamp))])
                    })
            ),
        ])
    }

    /// `cpus`, `gpus`, `mem` and `disk` are always there.
    private static func resources(_ all: [Mesos_V1_Resource]) -> JSONValue {
        var sums = [("cpus", 0.0), ("gpus", 0), ("mem", 0), ("disk", 0)]
        for resource in all where resource.type == .scalar {
            if let index = sums.firstIndex(where: { $0.0 == resource.name }) {
                sums[index].1 += resource.scalar.value
            } else {
                sums.append((resource.name, resource.scalar.value))
            }
        }
        return .object(sums.map { ($0.0, .number($0.1)) })
    }

    private static func attributes(_ all: [Mesos_V1_Attribute]) -> JSONValue {
        .object(all.map { ($0.name, $0.type == .scalar ? .number($0.scalar.value) : .string($0.text.value)) })
    }
}

extension SwiftProtobuf.Enum {
    /// As it is declared: `TASK_GONE_BY_OPERATOR` for `taskGoneByOperator`.
    var wireName: String {
        "\(self)".map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined()
    }
}
