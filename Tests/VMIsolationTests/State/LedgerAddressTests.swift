import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct LedgerAddressTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }

    private func pool(_ count: Int) -> [Reservation] {
        (0..<count).map { Reservation(mac: "52:54:00:00:00:\($0)", address: "10.1.1.\($0)") }
    }

    private func id(_ name: String) throws -> ContainerID { try ContainerID(name) }

    @Test func theLongestIdleGoesFirst() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(3))
        let taken = try ["a", "b", "c"].map { try ledger.takeAddress(of: "n", for: id($0)) }
        #expect(Set(taken).count == 3)
        let full = #expect(throws: BulkheadError.self) { try ledger.takeAddress(of: "n", for: id("d")) }
        #expect(full?.reason == .networkFull)
        for name in ["b", "c", "a"] { try ledger.releaseAddress(of: id(name)) }
        #expect(try ledger.poolUse(of: "n") == (free: 3, all: 3))
        let again = try ["d", "e", "f"].map { try ledger.takeAddress(of: "n", for: id($0)) }
        #expect(again == [taken[1], taken[2], taken[0]])
    }

    @Test func takingTwiceGivesTheSame() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(3))
        let first = try ledger.takeAddress(of: "n", for: id("a"))
        #expect(try ledger.takeAddress(of: "n", for: id("a")) == first)
        #expect(try ledger.poolUse(of: "n") == (free: 2, all: 3))
        #expect(try ledger.address(of: id("a")) == TakenAddress(network: "n", reservation: first))
    }

    @Test func releasingIsIdempotent() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(1))
        _ = try ledger.takeAddress(of: "n", for: id("a"))
        try ledger.releaseAddress(of: id("a"))
        _ = try ledger.takeAddress(of: "n", for: id("b"))
        try ledger.releaseAddress(of: id("a"))
        #expect(try ledger.address(of: id("a")) == nil)
        #expect(try ledger.address(of: id("b")) != nil)
    }

    @Test func removingAContainerFreesItsAddress() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(1))
        try ledger.add(SampleRecord.make("a"))
        _ = try ledger.takeAddress(of: "n", for: id("a"))
        try ledger.remove(id("a"))
        #expect(try ledger.poolUse(of: "n") == (free: 1, all: 1))
    }

    @Test func foreignAddressesAreKnownUntilReleased() throws {
        let ledger = try Ledger(path: path)
        try ledger.recordAddress(Reservation(mac: "m", address: nil), of: "lan", for: id("a"))
        #expect(try ledger.address(of: id("a"))?.reservation.address == nil)
        try ledger.recordAddress(Reservation(mac: "m", address: "192.168.1.5"), of: "lan", for: id("a"))
        #expect(try ledger.address(of: id("a"))?.reservation.address == "192.168.1.5")
        let other = #expect(throws: BulkheadError.self) {
            try ledger.recordAddress(Reservation(mac: "m", address: nil), of: "lan", for: id("b"))
        }
        #expect(other?.reason == .networkRefused)
        #expect(try ledger.poolUse(of: "lan") == (free: 0, all: 0))
        try ledger.releaseAddress(of: id("a"))
        try ledger.recordAddress(Reservation(mac: "m", address: nil), of: "lan", for: id("b"))
    }

    /// A network that was made anew while a guest of the old one runs.
    @Test func aNewPoolKeepsWhatGuestsHave() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(2))
        let held = try ledger.takeAddress(of: "n", for: id("a"))
        let fresh = [Reservation(mac: "x", address: held.address), Reservation(mac: "y", address: "10.2.2.2")]
        try ledger.replacePool(of: "n", with: fresh)
        #expect(try ledger.address(of: id("a"))?.reservation == held)
        #expect(try ledger.takeAddress(of: "n", for: id("b")) == fresh[1])
        #expect(throws: BulkheadError.self) { try ledger.takeAddress(of: "n", for: id("c")) }
        try ledger.releaseAddress(of: id("a"))
        #expect(try ledger.takeAddress(of: "n", for: id("c")) == fresh[0])
        #expect(try ledger.poolUse(of: "n") == (free: 0, all: 2))
    }

    @Test func openersSideBySideNeverShareAnAddress() async throws {
        let path = path
        try Ledger(path: path).replacePool(of: "n", with: pool(20))
        let macs = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                let id = try id("c\(number)")
                group.addTask { try Ledger(path: path).takeAddress(of: "n", for: id).mac }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(Set(macs).count == 20)
    }
}
