import Foundation
import GRDB
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

/// Records of containers for tests of the ledger.
enum SampleRecord {
    static func make(_ name: String, created: Int = 1) throws -> ContainerRecord {
        let resources = Resources(cpus: CPUs(thousandths: 500), memory: .mebibytes(128), disk: .mebibytes(64))
        var config = ContainerConfig(
            id: try ContainerID(name), resources: resources, image: "default",
            command: TaskCommand(arguments: ["echo", "“Zürich” \n"], environment: [.init(name: "A", value: "'b'")]),
            output: .sandbox)
        config.timeLimit = .milliseconds(1500)
        config.rates.diskBytesPerSecond = .max
        config.gets = [Transfer(host: "/a", guest: "/b")]
        return ContainerRecord(
            config, machine: UUID(), created: created, bootID: "boot", life: ContainerLife(isolators: 3))
    }
}

@Suite struct LedgerTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }

    private func ended(_ record: ContainerRecord) -> ContainerRecord {
        var ended = record
        _ = ended.life.launch()
        let error = BulkheadError(.diskFull, "“x”", "why", remedy: "do", evidence: ["1", "2"])
        _ = ended.life.destroy(because: Termination(.hostFailed(error), evidence: ["seen"], flaws: [error]))
        ended.commandStarted = 17
        ended.resources.memory = .mebibytes(256)
        return ended
    }

    @Test func theOwnerStaysTheSame() throws {
        let owner = try Ledger(path: path).owner
        #expect(try Ledger(path: path).owner == owner)
        #expect(try Ledger(path: directory.path + "/other.sqlite").owner != owner)
    }

    @Test func recordsComeBackAsTheyWereStored() throws {
        let ledger = try Ledger(path: path)
        let record = try SampleRecord.make("a")
        try ledger.add(record)
        #expect(try ledger.record(record.id) == record)
        try ledger.save(ended(record))
        #expect(try Ledger(path: path).record(record.id) == ended(record))
        #expect(try ledger.record(try ContainerID("b")) == nil)
    }

    @Test func listsTheOldestFirst() throws {
        let ledger = try Ledger(path: path)
        for (name, created) in [("c", 3), ("b", 1), ("a", 1), ("d", 2)] {
            try ledger.add(try SampleRecord.make(name, created: created))
        }
        #expect(try ledger.records().map(\.id.description) == ["a", "b", "d", "c"])
    }

    @Test func theStateIsInItsOwnColumn() throws {
        let ledger = try Ledger(path: path)
        let record = try SampleRecord.make("a")
        func state() throws -> String? {
            try ledger.read { try String.fetchOne($0, sql: "SELECT state FROM container WHERE id = 'a'") }
        }
        try ledger.add(record)
        #expect(try state() == "preparing")
        try ledger.save(ended(record))
        #expect(try state() == "destroying")
    }

    @Test func aNameIsTakenOnce() throws {
        let ledger = try Ledger(path: path)
        let first = try SampleRecord.make("a")
        try ledger.add(first)
        let error = #expect(throws: BulkheadError.self) { try ledger.add(SampleRecord.make("a")) }
        #expect(error?.reason == .nameInUse)
        #expect(try ledger.record(first.id) == first)
        try ledger.remove(first.id)
        try ledger.remove(first.id)
        try ledger.add(SampleRecord.make("a"))
    }

    @Test func whatWasRemovedIsNotSavedAnew() throws {
        let ledger = try Ledger(path: path)
        let error = #expect(throws: BulkheadError.self) { try ledger.save(SampleRecord.make("a")) }
        #expect(error?.reason == .unknownContainer)
        #expect(try ledger.records().isEmpty)
    }

    @Test func nobodyElseReadsIt() throws {
        let ledger = try Ledger(path: path)
        try ledger.add(SampleRecord.make("a"))
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(files.contains("ledger.sqlite-wal"))
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/" + file)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test func aRecordThatCannotBeReadIsNamed() throws {
        let ledger = try Ledger(path: path)
        try ledger.add(SampleRecord.make("a"))
        try ledger.write { try $0.execute(sql: "UPDATE container SET record = '{}'") }
        let error = #expect(throws: BulkheadError.self) { try ledger.records() }
        #expect(error?.reason == .stateUnusable && error?.subject.contains("“a”") == true)
    }
}
