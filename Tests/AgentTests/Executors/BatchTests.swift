import Foundation
import GRDB
import Isolation
import Mesos
import TestSupport
import Testing

@testable import Agent

/// Updates that are there at the same time are stored together.
struct BatchTests {
    private func begun(_ executors: [String]) async throws -> (AgentTrial, [EventReader]) {
        let trial = try await AgentTrial()
        var events: [EventReader] = []
        for executor in executors { events.append(try await trial.launched(.sample(executor))) }
        return (trial, events)
    }

    @Test func manyExecutorsAtOnceAreAllAcknowledgedAfterTheStoreHasTheirUpdates() async throws {
        let names = (0..<12).map { "t\($0)" }
        let (trial, events) = try await begun(names)
        let reader = try DatabaseQueue(path: trial.directory.path + "/agent.sqlite")
        try await withThrowingTaskGroup { group in
            for (name, events) in zip(names, events) {
                group.addTask {
                    for number in 1...20 {
                        #expect(try await trial.update(.taskRunning, of: name, by: name, uuid: UInt8(number)) == 202)
                        let stored = try await reader.read { database in
                            try Int.fetchOne(
                                database,
                                sql: "SELECT count(*) FROM status JOIN task ON task.number = status.task WHERE id = ?",
                                arguments: [name])
                        }
                        #expect(stored == number)
                        #expect(try await events.next().acknowledged.uuid.first == UInt8(number))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func whatCannotBeStoredIsRefusedToAll() async throws {
        let names = (0..<8).map { "t\($0)" }
        let (trial, events) = try await begun(names)
        let other = try DatabaseQueue(path: trial.directory.path + "/agent.sqlite")
        try await other.write { try $0.execute(sql: "DROP TABLE status") }
        let answers = try await withThrowingTaskGroup { group in
            for name in names { group.addTask { try await trial.update(.taskRunning, of: name, by: name) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == names.map { _ in 500 })
        for events in events { try await events.end() }
        for name in names { #expect(await trial.tasks.task(name)?.statuses.isEmpty == true) }
    }

    @Test func ofOneTaskTheyKeepTheirOrderAndAreStoredOnce() async throws {
        let (trial, _) = try await begun(["t", "u"])
        let states: [(Mesos_V1_TaskState, String, UInt8)] = [
            (.taskStarting, "t", 1), (.taskStarting, "u", 1), (.taskRunning, "t", 2), (.taskStarting, "t", 1),
            (.taskRunning, "nobody", 3), (.taskFinished, "t", 4), (.taskRunning, "u", 2), (.taskFailed, "t", 5),
        ]
        let fates = await trial.executors.fates(of: states.map { .sample($0.0, $0.1, $0.2) }, by: ["t", "u"])
        #expect(fates == [true, true, true, true, false, true, true, true])
        let stored = try AgentStore(path: trial.directory.path + "/agent.sqlite").load().tasks
        for task in stored {
            let end: [Mesos_V1_TaskState] = task.id == "t" ? [.taskFinished] : []
            #expect(task.statuses.map(\.state) == [.taskStarting, .taskRunning] + end)
            #expect(await trial.tasks.task(task.id)?.statuses == task.statuses)
        }
    }

    /// The second one of a task must not be there without the first.
    @Test func afterOneThatWasNotStoredNoOtherIs() async throws {
        let (trial, _) = try await begun(["t"])
        let other = try DatabaseQueue(path: trial.directory.path + "/agent.sqlite")
        try await other.write {
            try $0.execute(
                sql: """
                    CREATE TABLE open (yes); INSERT INTO open VALUES (0);
                    CREATE TRIGGER gate BEFORE INSERT ON status WHEN (SELECT yes FROM open) = 0
                    BEGIN SELECT RAISE(ABORT, 'closed'); END
                    """)
        }
        let statuses = [Mesos_V1_TaskStatus.sample(.taskStarting, "t", 1), .sample(.taskRunning, "t", 2)]
        #expect(await trial.executors.fates(of: statuses, by: ["t"]) == [nil, nil])
        #expect(await trial.tasks.task("t")?.statuses.isEmpty == true)
        try await other.write { try $0.execute(sql: "UPDATE open SET yes = 1") }
        #expect(await trial.executors.fates(of: statuses, by: ["t"]) == [true, true])
    }

    /// What an executor has said counts more than how its container is found to have ended.
    @Test func anUpdateThatHasComeIsStoredBeforeTheEndThatFollows() async throws {
        let (trial, _) = try await begun(["t"])
        await trial.executors.end("t", after: .sample(.taskFinished, "t", 1))
        #expect(await trial.tasks.task("t")?.statuses.map(\.state) == [.taskFinished])
    }
}

extension Executors {
    /// What becomes of updates that are there at the same time, each its task's executor's: whether it is acknowledged; nil
    /// where it is refused.
    fileprivate func fates(of statuses: [Mesos_V1_TaskStatus], by known: Set<String>) -> [Bool?] {
        let reports = statuses.compactMap { status in
            let name = known.contains(status.taskID.value) ? status.taskID.value : known.first ?? ""
            return executor(local.id.value, name).map { Report(status, from: $0) }
        }
        take(reports)
        return reports.map { try? $0.fate?.get() }
    }

    /// An executor's container has ended with an update on its way into the store.
    fileprivate func end(_ id: String, after status: Mesos_V1_TaskStatus) {
        guard let executor = executor(local.id.value, id) else { return }
        arrived.append(Report(status, from: executor))
        ended(executor, Executor.Cause(state: .taskFailed, reason: .executorTerminated, message: "gone"), nil)
    }
}
