import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite struct ContainerLifeTests {
    private static let reasons = [Termination(.exited(0)), Termination(.destroyed)]

    private static func events(isolators: Int) -> [LifeEvent] {
        let steps = ContainerLife.Step.all(isolators: isolators)
        return [.launch, .commandRuns, .recovered] + steps.map { .succeeded($0) }
            + reasons.flatMap { reason -> [LifeEvent] in
                [.destroy(reason), .commandEnded(reason, keeping: true), .commandEnded(reason, keeping: false)]
                    + steps.map { .failed($0, reason) }
            }
    }

    /// Every event in every state that can be reached, whatever came before.
    @Test(arguments: [(0, 30), (1, 50), (2, 80), (3, 150)])
    func noEventInAnyStateBreaksARule(isolators: Int, least: Int) async throws {
        let events = Self.events(isolators: isolators)
        var seen: Set<LifeModel> = [LifeModel(isolators: isolators)]
        var next = Array(seen)
        var ends = 0
        while let model = next.popLast() {
            // Other tests have deadlines, and wait for a thread.
            if seen.count % 100 == 0 { await Task.yield() }
            for event in events {
                var after = model
                do { try after.apply(event) } catch {
                    Issue.record("\(event) in \(model): \(error)")
                    return
                }
                guard seen.insert(after).inserted else { continue }
                ends += after.isOver ? 1 : 0
                next.append(after)
            }
        }
        #expect(Set(seen.map(\.life)).count >= least, "the search went everywhere: \(seen.count)")
        #expect(ends > 0)
    }

    /// `BULKHEAD_TEST_SEED` plays one run again, `BULKHEAD_TEST_SEQUENCES` makes it longer.
    @Test func noRandomSequenceBreaksARule() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["BULKHEAD_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        let count = environment["BULKHEAD_TEST_SEQUENCES"].flatMap { Int($0) } ?? 100_000
        print("ContainerLife: \(count) sequences with BULKHEAD_TEST_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let tables = (0...5).map { Self.events(isolators: $0) }
        var (ends, recoveries) = (0, 0)
        for number in 0..<count {
            if number % 50 == 0 { await Task.yield() }
            let isolators = number % tables.count
            var (model, history) = (LifeModel(isolators: isolators), [LifeEvent]())
            for _ in 0..<(8 + Int(random.next() % 32)) where !model.isOver || random.next() % 4 == 0 {
                let event = Self.pick(model, tables[isolators], &random)
                history.append(event)
                recoveries += event == .recovered ? 1 : 0
                do { try model.apply(event) } catch {
                    Issue.record("seed \(seed), sequence \(number): \(error) after \(history)")
                    return
                }
            }
            ends += model.isOver ? 1 : 0
        }
        #expect(ends > count / 4 && recoveries > count / 4, "sequences reach the end: \(ends), restarts: \(recoveries)")
    }

    /// Mostly what is due, so that sequences get somewhere, else anything.
    private static func pick(_ model: LifeModel, _ all: [LifeEvent], _ random: inout SeededGenerator) -> LifeEvent {
        let reason = reasons[Int(random.next() % 2)]
        guard random.next() % 32 != 0 else { return .recovered }
        guard random.next() % 3 != 0 else { return all[Int(random.next() % UInt64(all.count))] }
        guard let step = model.running else { return random.next() % 2 == 0 ? .launch : .destroy(reason) }
        switch (step, random.next() % 8) {
        case (_, 0): return .failed(step, reason)
        case (_, 1): return .destroy(reason)
        case (.execute, 2...3): return .commandRuns
        case (.execute, _): return .commandEnded(reason, keeping: random.next() % 2 == 0)
        default: return .succeeded(step)
        }
    }

    /// The states that a record may be stored in come back as they were.
    @Test func aStoredLifeGoesOnWhereItWas() throws {
        var life = ContainerLife(isolators: 2)
        _ = life.launch()
        _ = life.succeeded(.prepare(0))
        _ = life.destroy(because: Termination(.timeLimit, evidence: ["seen"]))
        let copy = try JSONDecoder().decode(ContainerLife.self, from: JSONEncoder().encode(life))
        #expect(copy == life)
    }

    /// A list of isolators that has changed between two processes must not lead beside it.
    @Test func aRecoveredLifeCleansUpWhatThereIsNow() {
        var life = ContainerLife(isolators: 3)
        _ = life.launch()
        _ = life.recovered(isolators: 1)
        #expect(life.destroy(because: Termination(.destroyed)) == .perform(.stop))
        #expect(life.succeeded(.stop) == .perform(.cleanUp(0)))
        #expect(life.succeeded(.cleanUp(0)) == .perform(.close))
    }

    @Test func aRecoveredLaunchDoesNotGoOn() {
        var life = ContainerLife(isolators: 1)
        _ = life.launch()
        #expect(life.recovered() == .none)
        #expect(life.launch() == .none)
        #expect(life.succeeded(.prepare(0)) == .none)
    }
}
