import FoundationEssentials
import Isolation
import Mesos

extension TaskEndpoint {
    private struct Ending: Decodable {
        var termination: Termination?
    }

    /// What is known of a container, now or from the `launch.json` that it left.
    func inspect(_ name: String) async throws -> HTTPAnswer {
        let id = try ContainerID(name)
        let executor = await executors.occupants(of: id)
        var more: [(String, JSONValue)] = [("sandbox", .string(places.sandbox(id)))]
        if let executor {
            let tasks = executor.queued + executor.launched + executor.ended
            more += [
                ("executor", .string(executor.info.executorID.value)),
                ("framework", .string(executor.info.frameworkID.value)),
                ("tasks", .array(tasks.map { .string($0.taskID.value) })),
            ]
        }
        guard let journal = try await journal(of: id) else {
            guard let executor else {
                throw BulkheadError(
                    .unknownContainer, "container “\(id)”", "there is none, and none has left anything",
                    remedy: "list the tasks")
            }
            // Nothing of it was ever made.
            more = [("container", .string(name)), ("state", .string(executor.state.rawValue))] + more
            let last = (executor.queued + executor.launched + executor.ended).last?.statuses.last
            if let last, last.source == .agent { more.append(("message", .string(last.message))) }
            return Self.json(.object(more))
        }
        if let end = try? JSONDecoder().decode(Ending.self, from: Data(journal)).termination {
            more.append(("message", .string(Executor.Cause(end).message)))
        }
        return Self.json(.raw(Self.join(journal, more)))
    }

    /// Where the file calls find a container's files. Those of a running guest are copied there first.
    func bringOut(_ name: String) async throws -> HTTPAnswer {
        let id = try ContainerID(name)
        var leftOut: [LeftOut] = []
        do { leftOut = try await executors.containerizer.bringOut(id) } catch let error as BulkheadError
            where [.notRunning, .unknownContainer].contains(error.reason)
        {
            // What came at its end is there.
            let lives = await executors.containerizer.list().contains { $0.id == id && !$0.life.state.isEnded }
            guard !lives, (try? OpenDirectory(places.sandbox(id))) != nil else { throw error }
        }
        let place = executors.place.results(of: id).first?.host ?? places.sandbox(id)
        return Self.json(
            .object([
                ("path", .string(String(place.dropFirst(places.root.count)))),
                ("left_out", .integer(Int64(leftOut.reduce(0) { $0 + $1.count }))),
                ("notes", .array(leftOut.flatMap(\.notes).map { .string($0) })),
            ]))
    }

    private func journal(of id: ContainerID) async throws -> [UInt8]? {
        if let living = await executors.containerizer.journal(of: id) { return try living.json() }
        guard let directory = try? OpenDirectory(places.sandbox(id)), let file = try directory.file(Sandbox.journal)
        else { return nil }
        return OpenSandboxFile(owning: file).read(at: 0, upTo: 1 << 20)
    }
}
