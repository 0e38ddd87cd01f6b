import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct StateStoreTests {
    private let directory = TemporaryDirectory()

    private func places() throws -> StateDirectory {
        try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
    }

    private func store() throws -> StateStore {
        let places = try places()
        return StateStore(ledger: try Ledger(path: places.ledger), state: places)
    }

    private func locks() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: places().root + "/locks").sorted()
    }

    @Test(arguments: CheckpointStoreContract.Check.allCases)
    func theStateStoreKeeps(_ check: CheckpointStoreContract.Check) throws {
        try CheckpointStoreContract { try store() }.run(check)
    }

    @Test func unusedClaimsGoAndNoOthers() throws {
        let store = try store()
        let known = ContainerRecord(
            try FakeHousehold.config("known"), machine: UUID(), created: 1, bootID: "",
            life: ContainerLife(isolators: 0))
        try store.add(known)
        // Two that their processes dropped when they died, and one that a process holds.
        _ = try store.claim(known.id)
        _ = try store.claim(try ContainerID("gone"))
        let held = try store.claim(try ContainerID("held"))
        try Data().write(to: URL(filePath: places().root + "/locks/.network"))
        #expect(try locks() == [".network", "gone", "held", "known"])
        try store.removeUnusedClaims()
        #expect(try locks() == [".network", "held", "known"])
        withExtendedLifetime(held) {}
    }
}
