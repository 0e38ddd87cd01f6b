import Isolation
import Mesos
import SwiftProtobuf

extension TaskEndpoint {
    /// How many lines may wait for a client that does not read; then its stream ends.
    private static let linesWaiting = 1024
    /// An empty line says after so long that the agent is still there.
    private static let heartbeat = Duration.seconds(15)
    /// How often a log is looked at.
    private static let pace = Duration.milliseconds(100)
    /// What a task may have written as its last comes within this time, where its executor lives on.
    private static let lastWords = Duration.seconds(1)

    func updates(of id: String) async throws -> HTTPAnswer {
        guard let updates = await tasks.updates(of: id) else { throw Executors.unknown(await tasks.key(id)) }
        let (lines, line) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(Self.linesWaiting))
        let newline = [UInt8(ascii: "\n")]
        @Sendable func send(_ bytes: [UInt8]) {
            guard case .enqueued = line.yield(bytes) else { return line.finish() }
        }
        let telling = Task {
            for await status in updates {
                guard let json = try? MesosJSON.encode(status) else { continue }
                send(json + newline)
            }
            line.finish()
        }
        let beating = Task {
            while (try? await Task.sleep(for: Self.heartbeat)) != nil { send(newline) }
        }
        line.onTermination = { _ in
            telling.cancel()
            beating.cancel()
        }
        return HTTPAnswer(status: 200, headers: [("Content-Type", "application/x-ndjson")], body: .stream(lines))
    }

    /// The task's standard output, or error, byte for byte; with `follow`, or once the task has ended, until nothing more can
    /// come: its last status may be faster than its last words.
    func output(of id: String, _ call: HTTPCall) async throws -> HTTPAnswer {
        let key = await tasks.key(id)
        guard let place = await executors.placement(of: key) else { throw Executors.unknown(key) }
        guard let log = Sandbox.Log(rawValue: call.query["stream"] ?? "stdout") else {
            throw Refusal(status: 400, text: "'stream' is stdout, stderr or console.log")
        }
        let follows = place.isEnded || call.query["follow"].map { $0 != "false" && $0 != "0" } ?? false
        let offset = UInt64(try number("offset", call) ?? 0)
        let sandbox = places.sandbox(place.container)
        // None of a container that is still being launched, or that never was.
        let open: @Sendable () -> LogTail? = { try? LogTail(directory: sandbox, log: log, from: offset) }
        let reader = open()
        let first = try reader?.next(upTo: Self.part) ?? []
        let begin = (reader?.offset ?? offset) - UInt64(first.count)
        let source = OutputSource(
            reader, first, follows: follows, pace: Self.pace, lastWords: Self.lastWords, open: open
        ) { await executors.placement(of: key) }
        return HTTPAnswer(
            status: 200,
            headers: [
                ("Content-Type", "application/octet-stream"), ("X-Content-Type-Options", "nosniff"),
                ("Bulkhead-Offset", "\(begin)"),
            ], body: .stream(AsyncStream { await source.next() }))
    }

    /// Of a log, in one go.
    static let part = 64 << 10
}

/// What is sent of one log, as it comes.
private actor OutputSource {
    private var reader: LogTail?
    private var first: [UInt8]
    private let follows: Bool
    private let pace: Duration
    private let lastWords: Duration
    private let open: @Sendable () -> LogTail?
    private let place: @Sendable () async -> Executors.Placement?
    private var end: ContinuousClock.Instant?
    private var isLast = false

    init(
        _ reader: LogTail?, _ first: [UInt8], follows: Bool, pace: Duration, lastWords: Duration,
        open: @escaping @Sendable () -> LogTail?, place: @escaping @Sendable () async -> Executors.Placement?
    ) {
        (self.reader, self.first, self.follows) = (reader, first, follows)
        (self.pace, self.lastWords, self.open, self.place) = (pace, lastWords, open, place)
    }

    /// - Returns: nil at the end.
    func next() async -> [UInt8]? {
        if !first.isEmpty {
            defer { first = [] }
            return first
        }
        while !Task.isCancelled {
            reader = reader ?? open()
            guard let bytes = try? reader?.next(upTo: TaskEndpoint.part) ?? [] else { return nil }
            if !bytes.isEmpty { return bytes }
            if !follows || isLast { return nil }
            // What was written before the end is read after it.
            isLast = await isOver()
            if !isLast, (try? await Task.sleep(for: pace)) == nil { return nil }
        }
        return nil
    }

    private func isOver() async -> Bool {
        guard let place = await place(), !place.isContainerEnded else { return true }
        guard place.isEnded, !place.isCommandExecutor else { return false }
        let end = self.end ?? .now + lastWords
        self.end = end
        return end < .now
    }
}
