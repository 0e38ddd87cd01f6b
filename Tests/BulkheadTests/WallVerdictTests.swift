import HostIsolation
import Testing

@testable import SelfTest

/// How what was seen is judged, where the wall itself cannot be taken away for a test.
@Suite struct WallVerdictTests {
    private static let sound = "Uid:\t64055\t64055\t64055\t64055\nGid:\t64055\t64055\t64055\t64055\n"
        + "CapEff:\t0000000000000000\nSeccomp:\t2\n"

    @Test func aMonitorWithoutRightsHolds() {
        #expect(MachineTest.judge(ProcessStatus(Self.sound), to: "").allSatisfy { $0.verdict == .held })
    }

    @Test(arguments: [
        ("monitor-user", "Uid:\t64055\t64055", "Uid:\t0\t64055"), ("monitor-group", "Gid:\t64055", "Gid:\t0"),
        ("monitor-capabilities", "0000000000000000", "0000000000001000"),
        ("monitor-seccomp", "Seccomp:\t2", "Seccomp:\t0"),
    ]) func eachRightIsABreach(_ probe: String, _ sound: String, _ weak: String) {
        let status = Self.sound.replacing(sound, with: weak)
        #expect(status != Self.sound)
        let breaches = MachineTest.judge(ProcessStatus(status), to: "").filter { $0.verdict == .breach }
        #expect(breaches.map(\.probe) == [probe])
    }

    @Test func aMonitorThatCannotBeSeenProvesNothing() {
        #expect(MachineTest.judge(nil, to: "").allSatisfy { $0.verdict == .notTried })
    }

    @Test(arguments: [1: Finding.Verdict.notTried, 5: .held, 10: .held, 11: .breach] as [UInt64: Finding.Verdict])
    func anAmountIsHeldAgainstItsBounds(_ reached: UInt64, _ verdict: Finding.Verdict) {
        let amount = Amount(reached: reached, least: 5, most: 10, unit: "MiB")
        #expect(amount.finding("x", "", to: "").verdict == verdict)
    }

    @Test func aFrameThatNeverLeftProvesNothing() throws {
        let probe = try #require(NetworkProbe.all.first { $0.id == "guest-udp" })
        let lie = try #require(NetworkProbe.all.first { $0.isLie })
        let scene = Self.scene
        #expect(probe.finding(10, in: scene, seen: []).verdict == .notTried)
        #expect(probe.finding(10, in: scene, seen: [.wire, .bridge]).verdict == .held)
        #expect(probe.finding(10, in: scene, seen: [.wire, .neighbour]).verdict == .breach)
        #expect(lie.finding(10, in: scene, seen: [.wire, .bridge]).verdict == .breach)
        let question = try #require(NetworkProbe.all.first { $0.asksForName })
        #expect(question.finding(10, in: scene, seen: [.wire]).verdict == .notTried)
    }

    @Test(arguments: [
        (403, false, Finding.Verdict.held), (202, false, .breach), (403, true, .breach), (0, false, .notTried),
        (400, false, .notTried),
    ]) func aCallIsRefusedOrTaken(_ status: Int, _ isTaken: Bool, _ verdict: Finding.Verdict) throws {
        let probe = try #require(TokenProbe.all.first { $0.id == "executor-update" })
        #expect(probe.finding(status, isTaken: isTaken).verdict == verdict)
        #expect(probe.finding(nil, isTaken: false).verdict == .notTried)
    }

    /// The agent says nothing of what it did with it.
    @Test func anUpdateThatIsAcceptedMayBeDropped() throws {
        let probe = try #require(TokenProbe.all.first { $0.id == "executor-task" })
        #expect(probe.finding(202, isTaken: false).verdict == .held)
        #expect(probe.finding(202, isTaken: true).verdict == .breach)
    }

    @Test func anyAnswerToAnOperatorsQuestionIsABreach() throws {
        let probe = try #require(OperatorProbe.all.first)
        func verdict(_ answers: [String: Int], isReached: Bool = true) -> Finding.Verdict {
            probe.finding(answers, executorPort: 9, isReached: isReached).verdict
        }
        #expect(verdict(["10.0.0.1:5": 0, "10.0.0.1:9": 404]) == .held)
        for answers in [["10.0.0.1:5": 401], ["10.0.0.1:5": 404], ["10.0.0.1:9": 200]] {
            #expect(verdict(answers) == .breach)
        }
        #expect(verdict([:]) == .notTried && verdict(["10.0.0.1:5": 0], isReached: false) == .notTried)
    }

    @Test func aControlThatFailsTakesAllProof() {
        let works = Finding(control: "a", "", to: "", works: true, "")
        let broken = Finding(control: "b", "", to: "", works: false, "")
        #expect(WallsReport([works]).proves && !WallsReport([works, broken]).proves && !WallsReport([]).proves)
    }

    @Test func probesHaveNamesOfTheirOwnAndFitTheirMarks() {
        let files = HostileArchive.all(bait: "/").map(\.id)
        let waysOut = NetworkProbe.throughNAT + NetworkProbe.throughList
        let calls = TokenProbe.all.map(\.id) + OperatorProbe.all.map(\.id)
        let ids = (NetworkProbe.all + waysOut).map(\.id) + files + calls
        #expect(Set(ids).count == ids.count)
        for probes in [NetworkProbe.all, waysOut] { #expect(probes.count + NetworkProbe.firstNumber <= 100) }
        let marks = Marks()
        #expect(marks.number(in: [1, 2] + marks.mark(42) + [3]) == 42)
        #expect(marks.number(in: Array(marks.mark(42).dropLast())) == nil)
    }

    private static var scene: Scene {
        let party = Scene.Party(mac: .broadcast, address: .loopback)
        return Scene(
            attacker: party, neighbour: party, gateway: party, otherAddresses: Outside.addresses, port: 1,
            hearsNames: false, marks: Marks())
    }
}
