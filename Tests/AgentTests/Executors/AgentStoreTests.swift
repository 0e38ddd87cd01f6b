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
        try store.add([(one, status)])
        two.isDelivered = true
        two.isKillWanted = true
        try store.saveMarks([two])
        (one.state, one.statuses) = (.taskRunning, [status])
        let known = try AgentStore(path: path).load()
        #expect(known.frameworks == [framework])
        #expect(known.executors == [try executor("e")])
        #expect(known.tasks == [one, two])
    }

    @Test func anUpdateIsStoredOnce() throws {
        let store = try AgentStore(path: path)
        let one = try task("one", of: "e")
        try store.add(executor("e"), [one])
        for state in [Mesos_V1_TaskState.taskRunning, .taskFailed] { try store.add([(one, .sample(state, "one", 1))]) }
        let stored = try store.load().tasks[0]
        #expect(stored.state == .taskRunning && stored.statuses.count == 1)
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
