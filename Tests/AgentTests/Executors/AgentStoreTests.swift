import Foundation
import GRDB
import Isolation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

struct AgentStoreTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/agent.sqlite" }

    private func executor(_ name: String) throws -> StoredExecutor {
        StoredExecutor(
            framework: "f", info: .with { $0.executorID.value = name }, container: try Isolation.ContainerID(name),
            isCommandExecutor: false, life: ExecutorLife())
    }

    private func task(_ id: String, of container: String, group: Int? = nil) throws -> StoredTask {
        var info = Mesos_V1_TaskInfo.sample(id)
        info.name = id
        info.agentID.value = "a"
        return StoredTask(framework: "f", info: info, container: try Isolation.ContainerID(container), group: group)
    }

    @Test func everythingComesBackAsItWas() throws {
        let store = try AgentStore(path: path)
        let framework = Mesos_V1_FrameworkInfo.with { ($0.id.value, $0.user, $0.name) = ("f", "root", "local") }
        try store.save(framework)
        var (one, two) = (try task("one", of: "e"), try task("two", of: "e", group: 4))
        try store.add(executor("e"), [one, two])
        let status = Mesos_V1_TaskStatus.sample(.taskRunning, "one", 1)
        try add(status, to: &one, in: store)
        two.isDelivered = true
        two.isKillWanted = true
        try store.saveMarks([two])
        let known = try AgentStore(path: path).load()
        #expect(known.frameworks == [framework])
        #expect(known.executors == [try executor("e")])
        #expect(known.tasks == [one, two])
    }

    private func add(_ status: Mesos_V1_TaskStatus, to task: inout StoredTask, in store: AgentStore) throws {
        try store.add([
            StoredUpdate(
                update: UpdateStreams.Update(framework: "f", executor: "e", status: status), number: task.updateCount,
                changesState: task.state != status.state, isForMaster: false)
        ])
        task.take(status)
    }

    /// Also over restarts, which begin at any place of the hundred.
    @Test func ofManyUpdatesTheLastAreKeptInTheirOrder() throws {
        var one = try task("one", of: "e")
        try AgentStore(path: path).add(executor("e"), [one])
        for round in 0..<6 {
            let store = try AgentStore(path: path)
            for number in 0..<37 {
                try add(.sample(.taskRunning, "one", UInt8(40 * round + number)), to: &one, in: store)
            }
            #expect(try store.load().tasks == [one])
        }
        #expect(one.statuses.count == AgentStore.updatesOfATask && one.updateCount == 6 * 37)
    }

    @Test func updatesAreStoredAllOrNone() throws {
        let store = try AgentStore(path: path)
        try store.add(executor("e"), [task("one", of: "e")])
        let updates = ["one", "strange"].map { task in
            StoredUpdate(
                update: UpdateStreams.Update(framework: "f", executor: "e", status: .sample(.taskRunning, task, 1)),
                number: 0, changesState: true, isForMaster: true)
        }
        let error = #expect(throws: BulkheadError.self) { try store.add(updates) }
        #expect(error?.reason == .stateUnusable && error?.detail.contains("strange") == true)
        #expect(try store.load().tasks == [task("one", of: "e")])
        #expect(try store.outbox().isEmpty)
        #expect(try store.add([updates[0]]) == [1])
    }

    /// Updates were rows of their own, in the order of their arrival from whichever task.
    @Test func anOlderStoreIsTakenOver() throws {
        let queue = try DatabaseQueue(path: path)
        try AgentStore.migrator.migrate(queue, upTo: "2")
        var tasks = try ["one", "two"].map { try task($0, of: "e") }
        try queue.write { database in
            for task in tasks {
                try database.execute(
                    sql: "INSERT INTO task (framework, id, container, info, state) VALUES ('f', ?, 'e', ?, 1)",
                    arguments: [task.id, try task.info.serializedBytes() as Data])
            }
            for number in 0..<200 {
                let status = Mesos_V1_TaskStatus.sample(.taskRunning, tasks[number % 2].id, UInt8(number))
                tasks[number % 2].take(status)
                try database.execute(
                    sql: "INSERT INTO status (number, task, uuid, status) VALUES (?, ?, ?, ?)",
                    arguments: [7 + 3 * number, 1 + number % 2, status.uuid, try status.serializedBytes() as Data])
            }
        }
        try queue.close()
        let store = try AgentStore(path: path)
        var known = try store.load().tasks
        #expect(known.map(\.statuses) == tasks.map(\.statuses))
        try add(.sample(.taskFinished, "two", 255), to: &known[1], in: store)
        #expect(try store.load().tasks == known)
        #expect(known[1].statuses.count == 100 && known[1].statuses.last?.state == .taskFinished)
    }

    @Test func aTaskOfAKnownIdChangesNothing() throws {
        let store = try AgentStore(path: path)
        try store.add(executor("e"), [task("one", of: "e")])
        let error = #expect(throws: BulkheadError.self) {
            try store.add(executor("g"), [task("two", of: "g"), task("one", of: "g")])
        }
        #expect(error?.reason == .nameInUse)
        #expect(try store.load().executors.count == 1)
        #expect(try store.load().tasks.map(\.id) == ["one"])
    }

    @Test func onlyWhatHasEndedIsForgotten() throws {
        let store = try AgentStore(path: path)
        for name in ["a", "b", "c"] { try store.add(executor(name), [task(name, of: name)]) }
        for name in ["a", "b"] {
            try store.save(ExecutorLife(.terminated), of: Isolation.ContainerID(name))
        }
        #expect(try store.forgetEnded(butFor: 1) == ["a"])
        #expect(try store.load().tasks.map(\.id) == ["b", "c"])
        #expect(try store.forgetEnded(butFor: 1) == [])
    }

    @Test func nobodyElseReadsIt() throws {
        _ = try AgentStore(path: path)
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func aNewerOneIsLeftAsItIs() throws {
        _ = try AgentStore(path: path)
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try queue.close()
        let error = #expect(throws: BulkheadError.self) { try AgentStore(path: path) }
        #expect(error?.reason == .stateUnusable && error?.detail.contains("newer") == true)
    }

    @Test func garbageIsNoStore() throws {
        _ = try directory.file("agent.sqlite", [UInt8](repeating: 0x41, count: 5000))
        let error = #expect(throws: BulkheadError.self) { try AgentStore(path: path) }
        #expect(error?.reason == .stateUnusable)
        #expect(FileManager.default.contents(atPath: path)?.count == 5000)
    }
}
