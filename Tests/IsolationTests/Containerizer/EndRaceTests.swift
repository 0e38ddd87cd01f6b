@testable import Isolation
import IsolationTestSupport
import Testing

/// Who wins, decided without a container; `EndTests` has the same with one.
struct EndRaceTests {
    let time = Limitation(.time, evidence: "9 s of 8 s")
    var race = EndRace()

    @Test mutating func noTimeLimitCountsAfterTheCommand() {
        race.commandEnded()
        #expect(race.reason(.limit(time)) == nil)
        #expect(race.reason(.limit(Limitation(.memory, evidence: "2"))) == .outOfMemory)
    }

    @Test mutating func aLimitWithGraceStaysTheReason() {
        let memory = Limitation(.memory, evidence: "2", grace: .seconds(5))
        guard case .endGently(.seconds(5)) = race.decide(on: .limit(memory), isRunning: true) else {
            return #expect(Bool(false), "it asks first")
        }
        #expect(race.reason(.limit(time)) == nil, "the first of two wins")
        #expect(race.reason(.command(Termination(.exited(0)))) == .outOfMemory)
        #expect(race.reason(.machine(Termination(.guestPoweredOff))) == .outOfMemory)
        #expect(race.reason(.patienceOver) == .outOfMemory)
    }

    @Test mutating func aLossIsTheReasonOnlyWhenNothingExplainsIt() throws {
        #expect(race.reason(.lost(CancellationError())) == nil && race.reason(.patienceOver) == nil)
        #expect(race.reason(.lost(StrangeError("reset"))) == nil)
        guard case .over(.failure(let error)) = race.decide(on: .patienceOver, isRunning: true) else {
            return #expect(Bool(false), "the loss")
        }
        #expect(error as? StrangeError == StrangeError("reset"))
        #expect(race.reason(.machine(Termination(.guestPoweredOff))) == .guestPoweredOff)
    }
}

extension EndRace {
    fileprivate mutating func reason(_ ending: Ending) -> Outcome? {
        guard case .over(.success(let termination)) = decide(on: ending, isRunning: true) else { return nil }
        return termination.outcome
    }
}
