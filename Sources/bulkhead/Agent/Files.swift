import ArgumentParser
import Foundation
import Isolation
import VMIsolation

struct Files: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the files of an agent's task, as they are now or were at its end.",
        discussion: """
            Those of a running guest are copied to the agent first. A directory is listed, a file is written: byte for \
            byte; on a terminal control characters are shown, not heeded.
            """)
    @OptionGroup var agent: AgentOptions
    @Flag(help: "Byte for byte to a terminal too.") var raw = false
    @Argument(help: "A task's id, or a container's.") var name: String
    @Argument(help: "A path in its sandbox; all of it without.") var path = ""

    private struct Place: Decodable {
        var path: String
        var leftOut: Int
        var notes: [String]
    }

    private struct Entry: Decodable {
        var path, mode: String
        var size: UInt64
    }

    func run() async throws {
        let client = try await agent.client()
        let place = try await place(client)
        if place.leftOut > 0 {
            let notes = place.notes.map { "  | \(ConsoleLog.printable($0))\n" }.joined()
            writeError("bulkhead: \(place.leftOut) entries were left out\n" + notes)
        }
        guard !path.isEmpty else { return try await list(place.path, client) }
        let whole = place.path + "/" + path
        // What is no file may be a directory.
        do { try await write(whole, client) } catch let error as BulkheadError where error.reason == .agentRefused {
            try await list(whole, client)
        }
    }

    private func place(_ client: AgentClient) async throws -> Place {
        var container = name
        do { container = try await client.task(name).containerId ?? name } catch let error as BulkheadError
            where error.reason == .unknownTask
        {}
        let request = AgentRequest("POST", AgentRequest.path(["bulkhead", "v1", "containers", container, "files"]))
        // The whole budget of an emulated guest, and some.
        return try AgentClient.decode(from: try await client.answer(request, silence: .seconds(400)))
    }

    private func list(_ path: String, _ client: AgentClient) async throws {
        let answer = try await client.answer(Self.request("browse", path))
        let rows = try AgentClient.decode([Entry].self, from: answer).map { entry in
            [entry.mode, "\(entry.size)", ConsoleLog.printable(entry.path.split(separator: "/").last ?? "")]
        }
        try printTable([["MODE", "SIZE", "NAME"]] + rows)
    }

    private func write(_ path: String, _ client: AgentClient) async throws {
        try await client.exchange(Self.request("download", path)) { reply, parts in
            try await client.check(reply, &parts)
            var shown = ShownOutput(.output, raw: raw)
            do {
                while let part = try await parts.next() { try await shown.write(part) }
                try await shown.end()
            } catch let error as StreamClosed { throw error.named("standard output") }
        }
    }

    private static func request(_ call: String, _ path: String) -> AgentRequest {
        AgentRequest("GET", AgentRequest.path(["files", call], query: [("path", path)]))
    }
}
