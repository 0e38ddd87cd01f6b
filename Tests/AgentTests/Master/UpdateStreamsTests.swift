import Foundation
import Mesos
import SwiftProtobuf
import Testing

@testable import Agent

struct UpdateStreamsTests {
    private let start = ContinuousClock.now
    private let key = Executors.TaskKey(framework: "f", id: "t")

    private func update(_ uuid: UInt8, task: String = "t", _ state: Mesos_V1_TaskState = .taskRunning) -> UpdateStreams.Update {
        UpdateStreams.Update(framework: "f", executor: "e", status: .sample(state, task, uuid))
    }

    private func id(_ byte: UInt8) -> Data { Data(repeating: byte, count: 16) }

    @Test func theOldestIsOnItsWayAloneWithTheLatestState() {
        var streams = UpdateStreams()
        _ = streams.resume(at: start)
        #expect(streams.add(update(1), at: start)?.latest == .taskRunning)
        #expect(streams.add(update(2, .taskFinished), at: start) == nil)
        #expect(streams.add(update(3, task: "u"), at: start) != nil)
        guard case .taken(let next) = streams.acknowledge(key, id(1), at: start) else { return #expect(Bool(false)) }
        #expect(next?.update == update(2, .taskFinished) && next?.latest == .taskFinished)
        #expect(streams.acknowledge(key, id(2), at: start) == .taken(next: nil))
        #expect(streams.oldest(key) == nil && !streams.isEmpty)
    }

    @Test func whatWasNotSentCannotBeAcknowledged() {
        var streams = UpdateStreams()
        _ = streams.resume(at: start)
        _ = streams.add(update(1), at: start)
        _ = streams.add(update(2), at: start)
        #expect(streams.acknowledge(key, id(2), at: start) == .unexpected)
        #expect(streams.acknowledge(Executors.TaskKey(framework: "g", id: "t"), id(1), at: start) == .unexpected)
        #expect(streams.waiting(for: key) == 2)
    }

    @Test func pausesDoubleUpToTenMinutesAndBeginAnewWithTheNext() {
        var streams = UpdateStreams()
        _ = streams.resume(at: start)
        _ = streams.add(update(1), at: start)
        _ = streams.add(update(2), at: start)
        var (now, pauses) = (start, [Int]())
        while pauses.count < 8 {
            let last = now
            while streams.due(at: now).isEmpty { now += .seconds(1) }
            pauses.append(Int((now - last) / .seconds(1)))
        }
        #expect(pauses == [10, 20, 40, 80, 160, 320, 600, 600])
        _ = streams.acknowledge(key, id(1), at: now)
        #expect(streams.due(at: now + .seconds(9)).isEmpty)
        #expect(streams.due(at: now + .seconds(10)).map(\.update) == [update(2)])
    }

    @Test func nothingIsSentWhileNoMasterKnowsUs() {
        var streams = UpdateStreams()
        #expect(streams.add(update(1), at: start) == nil)
        #expect(streams.add(update(2, task: "u"), at: start) == nil)
        #expect(streams.due(at: start + .seconds(3600)).isEmpty)
        #expect(streams.resume(at: start).count == 2)
        streams.pause()
        #expect(streams.acknowledge(key, id(1), at: start) == .taken(next: nil))
        #expect(streams.resume(at: start).map(\.update) == [update(2, task: "u")])
    }

    @Test func aFrameworkThatIsGoneHearsNothing() {
        var streams = UpdateStreams()
        _ = streams.resume(at: start)
        _ = streams.add(update(1), at: start)
        streams.drop(framework: "f")
        #expect(streams.isEmpty && streams.due(at: start + .seconds(60)).isEmpty)
    }
}
