import Agent
import Synchronization

/// Answers with a call's own parts.
struct Echo: HTTPHandler {
    var limit = 1 << 20

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        do {
            let body = try await call.body.collect(upTo: limit)
            let query = call.query.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "&")
            let text = "\(call.method) \(call.path) \(query) \(body.count):\(String(decoding: body.prefix(99), as: UTF8.self))"
            return HTTPAnswer(status: 200, text: text + ".")
        } catch HTTPBodyError.tooLarge(let limit) {
            return HTTPAnswer(status: 413, text: "more than \(limit)")
        } catch {
            return HTTPAnswer(status: 500, text: "\(error)")
        }
    }
}

/// Looks at no body.
struct Plain: HTTPHandler {
    func answer(_ call: HTTPCall) async -> HTTPAnswer { HTTPAnswer(status: 200, text: "plain.") }
}

/// Streams what a test gives it.
final class Feed: HTTPHandler {
    let stream: AsyncStream<[UInt8]>
    let records: AsyncStream<[UInt8]>.Continuation
    let hasEnded = Mutex(false)

    init() {
        (stream, records) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1024))
        records.onTermination = { [weak self] _ in self?.hasEnded.withLock { $0 = true } }
    }

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        HTTPAnswer(status: 200, headers: [("Content-Type", "application/json")], body: .stream(stream))
    }
}

/// Answers when its client has gone.
final class Patient: HTTPHandler {
    let isCancelled = Mutex(false)

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        try? await Task.sleep(for: .seconds(60))
        isCancelled.withLock { $0 = Task.isCancelled }
        return HTTPAnswer(status: 200)
    }
}

/// Counts how many records of an endless stream were asked of it.
final class Flood: HTTPHandler {
    static let recordSize = 64 << 10
    let records = Atomic(0)
    /// Nobody asks for more.
    let hasEnded = Atomic(false)

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        let record = [UInt8](repeating: 65, count: Self.recordSize)
        let stream = AsyncStream<[UInt8]> {
            self.records.add(1, ordering: .relaxed)
            return record
        } onCancel: {
            self.hasEnded.store(true, ordering: .relaxed)
        }
        return HTTPAnswer(status: 200, body: .stream(stream))
    }
}
