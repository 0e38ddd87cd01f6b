/// What the agent says on the stream.
package enum AgentEvent: Hashable, Sendable {
    case subscribed(Subscription)
    case launch(TaskInfo)
    case launchGroup([TaskInfo])
    case kill(task: String, grace: Duration?)
    case acknowledged(task: String, uuid: String)
    case error(String)
    case shutdown
    /// Messages, heartbeats, and what later agents may say.
    case other(String)

    package struct Subscription: Hashable, Sendable {
        /// Whether the framework knows TASK_KILLING.
        package var knowsKilling: Bool
        package var containerID: JSON?
    }

    package init(_ record: [UInt8]) throws {
        let json = try JSONReader.read(record)
        guard let type = json["type"]?.text else { throw Garbage(what: "an event without a type") }
        switch type {
        case "SUBSCRIBED":
            let capabilities = json["subscribed"]?["framework_info"]?["capabilities"]?.items ?? []
            self = .subscribed(
                Subscription(
                    knowsKilling: capabilities.contains { $0["type"]?.text == "TASK_KILLING_STATE" },
                    containerID: json["subscribed"]?["container_id"]))
        case "LAUNCH":
            guard let task = TaskInfo(json["launch"]?["task"]) else { throw Garbage(what: "LAUNCH without a task") }
            self = .launch(task)
        case "LAUNCH_GROUP":
            let items = json["launch_group"]?["task_group"]?["tasks"]?.items ?? []
            let tasks = items.compactMap { TaskInfo($0) }
            guard !tasks.isEmpty, tasks.count == items.count, Set(tasks.map(\.id)).count == tasks.count else {
                throw Garbage(what: "LAUNCH_GROUP without tasks")
            }
            self = .launchGroup(tasks)
        case "KILL":
            guard let task = json["kill"]?["task_id"]?["value"]?.text else { throw Garbage(what: "KILL of no task") }
            self = .kill(task: task, grace: MesosDuration.info(json["kill"]?["kill_policy"]?["grace_period"]))
        case "ACKNOWLEDGED":
            guard let told = json["acknowledged"], let task = told["task_id"]?["value"]?.text,
                let uuid = told["uuid"]?.text
            else { throw Garbage(what: "ACKNOWLEDGED without task or uuid") }
            self = .acknowledged(task: task, uuid: uuid)
        case "ERROR": self = .error(json["error"]?["message"]?.text ?? "no reason given")
        case "SHUTDOWN": self = .shutdown
        default: self = .other(type)
        }
    }

    package struct Garbage: Error, CustomStringConvertible {
        package var what: String
        package var description: String { what }
    }
}
