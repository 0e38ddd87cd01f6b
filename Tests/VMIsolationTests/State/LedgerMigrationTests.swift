import Foundation
import GRDB
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

/// A file as version 1 wrote it.
@Suite struct LedgerMigrationTests {
    private let directory = TemporaryDirectory()
    private let machines = [UUID(), UUID(), UUID()]
    private var path: String { directory.path + "/ledger.sqlite" }

    private func makeVersion1() throws {
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('1');
                    CREATE TABLE owner (id TEXT NOT NULL);
                    INSERT INTO owner VALUES ('the-owner');
                    CREATE TABLE container (
                        id TEXT PRIMARY KEY NOT NULL, uuid TEXT NOT NULL UNIQUE, connection TEXT NOT NULL,
                        created INTEGER NOT NULL, image TEXT NOT NULL, kept INTEGER NOT NULL,
                        network TEXT NOT NULL, mac TEXT NOT NULL, address TEXT);
                    CREATE TABLE address (
                        network TEXT NOT NULL, mac TEXT NOT NULL, address TEXT NOT NULL,
                        container TEXT, used INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (network, mac));
                    INSERT INTO address VALUES ('ours', 'm1', '10.0.0.1', 'a', 100), ('ours', 'm2', '10.0.0.2', NULL, 50),
                        ('ours', 'm3', '10.0.0.3', NULL, 20);
                    """)
            let rows: [(String, Bool, String, String, String?)] = [
                ("a", false, "ours", "m1", "10.0.0.1"), ("kept", true, "lan", "m9", nil), ("c", false, "lan", "", nil),
            ]
            for (number, row) in rows.enumerated() {
                try database.execute(
                    sql: "INSERT INTO container VALUES (?, ?, 'qemu:///system', ?, 'im“age', ?, ?, ?, ?)",
                    arguments: [
                        row.0, machines[number].uuidString.lowercased(), number, row.1, row.2, row.3, row.4,
                    ])
            }
        }
        try database.close()
    }

    @Test func rowsBecomeRecordsThatCanBeSwept() throws {
        try makeVersion1()
        let ledger = try Ledger(path: path)
        #expect(ledger.owner == "the-owner")
        let records = try ledger.records()
        #expect(records.map(\.id.description) == ["a", "kept", "c"])
        #expect(records.map(\.machine) == machines)
        #expect(records.map(\.created) == [0, 1, 2])
        #expect(records.map(\.life.state.name) == ["starting", "kept", "starting"])
        #expect(records.allSatisfy { $0.config.image == "im“age" && $0.config.output == .caller })
        #expect(records.map(\.config.keep) == [false, true, false])
        let states = try ledger.read { try String.fetchAll($0, sql: "SELECT state FROM container ORDER BY created") }
        #expect(states == records.map(\.life.state.name))
    }

    /// What recovery makes of them: undone in whole, the kept one stays for as long as it runs.
    @Test func recoveryKnowsWhatToDoWithThem() throws {
        try makeVersion1()
        let ledger = try Ledger(path: path)
        let records = try ledger.records()
        let up = FoundMachine(id: machines[1], name: "kept", owner: "the-owner", isRunning: true)
        let actions = Recovery.actions(records, [up], others: [], owner: ledger.owner, bootID: records[0].bootID)
        #expect(actions.contains(.keep(records[1].id)))
        #expect(actions.count == 3)
        var life = records[0].life
        #expect(life.recovered(isolators: 2) == .none)
        var steps: [ContainerLife.Step] = []
        var action = life.destroy(because: Termination(.destroyed))
        while case .perform(let step) = action {
            steps.append(step)
            action = life.succeeded(step)
        }
        #expect(steps == [.stop, .cleanUp(1), .cleanUp(0), .close])
    }

    @Test func addressesStayTaken() throws {
        try makeVersion1()
        let ledger = try Ledger(path: path)
        #expect(try ledger.poolUse(of: "ours") == (free: 2, all: 3))
        #expect(
            try ledger.address(of: ContainerID("a"))
                == TakenAddress(network: "ours", reservation: Reservation(mac: "m1", address: "10.0.0.1")))
        #expect(
            try ledger.address(of: ContainerID("kept"))
                == TakenAddress(network: "lan", reservation: Reservation(mac: "m9", address: nil)))
        #expect(try ledger.address(of: ContainerID("c")) == nil)
        #expect(try ledger.takeAddress(of: "ours", for: ContainerID("d")).mac == "m3")
        try ledger.releaseAddress(of: ContainerID("a"))
        #expect(try ["e", "f"].map { try ledger.takeAddress(of: "ours", for: ContainerID($0)).mac } == ["m2", "m1"])
    }

    @Test func itBecomesPrivate() throws {
        try makeVersion1()
        try #require(chmod(path, 0o644) == 0)
        let ledger = try Ledger(path: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        withExtendedLifetime(ledger) {}
    }

    @Test func itHappensOnce() throws {
        try makeVersion1()
        try Ledger(path: path).remove(ContainerID("a"))
        #expect(try Ledger(path: path).records().map(\.id.description) == ["kept", "c"])
    }
}
