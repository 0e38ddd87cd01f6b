import Isolation
import Mesos
import Synchronization
import TestSupport
import Testing

@testable import Agent

/// What an executor reads of its stream.
final class EventReader: Sendable {
    private struct State {
        var events: [Mesos_V1_Executor_Event] = []
        var isOver = false
    }

    private let state = Mutex(State())
    private let reading = Mutex<Task<Void, any Error>?>(nil)

    init(_ answer: HTTPAnswer) throws {
        guard case .stream(let records) = answer.body else {
            throw WaitFailure(what: "a stream; the answer is \(answer.status)")
        }
        let task = Task {
            var decoder = RecordIO.Decoder(limit: 1 << 20)
            for await bytes in records {
                for record in try decoder.take(bytes) {
                    let event = try MesosJSON.decode(Mesos_V1_Executor_Event.self, from: record)
                    state.withLock { $0.events.append(event) }
                }
            }
            state.withLock { $0.isOver = true }
        }
        reading.withLock { $0 = task }
    }

    /// The next event.
    func next() async throws -> Mesos_V1_Executor_Event {
        try await eventually("an event", within: .seconds(20)) {
            state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
        }
    }

    func end() async throws {
        try await eventually("the stream's end", within: .seconds(20)) {
            state.withLock { $0.isOver ? true : nil }
        }
    }

    /// What has come and was not read.
    var rest: [Mesos_V1_Executor_Event] { state.withLock { $0.events } }

    /// The executor goes away.
    func leave() { reading.withLock { $0 }?.cancel() }
}
