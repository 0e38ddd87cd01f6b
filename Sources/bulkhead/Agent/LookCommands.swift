import ArgumentParser
import Foundation
import Isolation
import VMIsolation

struct Usage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the container of an agent's task uses.")
    @OptionGroup var agent: AgentOptions
    @Flag(help: "One JSON object, a v1 ResourceStatistics.") var json = false
    @Argument(help: "The task's id.") var task: String

    func run() async throws {
        let client = try await agent.client()
        let container = try await client.task(task).containerId ?? ""
        let answer = try await client.answer(
            AgentRequest("GET", AgentRequest.path(["containers"], query: [("container_id", container)])))
        let all: [[String: Any]] = try AgentClient.json(from: answer)
        guard let usage = all.first?["statistics"] as? [String: Any] else {
            throw BulkheadError(
                .notRunning, "task “\(task)”", "its container does not run", remedy: "ask between launch and end")
        }
        if json { return try writePretty(usage) }
        try printTable(Self.rows(usage))
    }

    /// What is not known is left out.
    static func rows(_ usage: [String: Any]) -> [[String]] {
        func seconds(_ name: String) -> String? { (usage[name] as? Double).map { String(format: "%.2f s", $0) } }
        func size(_ name: String) -> String? {
            (usage[name] as? Double).map { String(format: "%.1f MiB", $0 / 1_048_576) }
        }
        let user = usage["cpus_user_time_secs"] as? Double ?? 0
        let all = user + (usage["cpus_system_time_secs"] as? Double ?? 0)
        let rows: [(String, String?, String?)] = [
            ("cpu time", String(format: "%.2f s", all), (usage["cpus_limit"] as? Double).map { "\($0.formatted()) cpus" }),
            ("cpu held back", seconds("cpus_throttled_time_secs"), nil),
            ("memory", size("mem_rss_bytes") ?? size("mem_total_bytes"), size("mem_limit_bytes")),
            ("disk", size("disk_used_bytes"), size("disk_limit_bytes")),
            ("received", size("net_rx_bytes"), nil), ("sent", size("net_tx_bytes"), nil),
        ]
        return [["WHAT", "USED", "LIMIT"]] + rows.compactMap { what, used, limit in
            used == nil && limit == nil ? nil : [what, used ?? "-", limit ?? "-"]
        }
    }
}

struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows all that an agent knows of a task and its container, as JSON; also when they have ended.")
    @OptionGroup var agent: AgentOptions
    @Argument(help: "A task's id, or a container's.") var name: String

    func run() async throws {
        let client = try await agent.client()
        var shown: [String: Any] = [:]
        var container = name
        var unknown: BulkheadError?
        do {
            let task = try await object(AgentClient.tasks(name), client)
            container = task["container_id"] as? String ?? ""
            shown["task"] = task
        } catch let error as BulkheadError where error.reason == .unknownTask { unknown = error }
        do {
            shown["container"] = try await object(AgentRequest.path(["bulkhead", "v1", "containers", container]), client)
        } catch let error as BulkheadError where [.unknownContainer, .badName].contains(error.reason) {
            if let unknown {
                throw BulkheadError(
                    .unknownTask, "task or container “\(name)”", "there is none", remedy: unknown.remedy)
            }
        }
        try writePretty(shown)
    }

    private func object(_ path: String, _ client: AgentClient) async throws -> [String: Any] {
        try AgentClient.json(from: try await client.answer(AgentRequest("GET", path)))
    }
}

/// An agent's tasks, for `ps`.
struct TaskTable {
    private struct List: Decodable { var tasks: [AgentTask] }

    let client: AgentClient

    func write(asJSON: Bool) async throws {
        let bytes = try await client.answer(AgentRequest("GET", AgentClient.tasks()))
        if asJSON {
            let list: [String: Any] = try AgentClient.json(from: bytes)
            return try writePretty(list["tasks"] ?? [])
        }
        let now = Date()
        let rows = try AgentClient.decode(List.self, from: bytes).tasks.map { task in
            [
                task.taskId.value, task.state, task.address ?? "-", task.image ?? "-", task.age(at: now),
            ].map { ConsoleLog.printable($0) }
        }
        try printTable([["TASK", "STATE", "ADDRESS", "IMAGE", "AGE"]] + rows)
    }
}

func writePretty(_ value: Any) throws {
    let data = try JSONSerialization.data(
        withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    try writeLine(String(decoding: data, as: UTF8.self))
}
