import ExecutorCore
import Glibc

/// Calls other than SUBSCRIBE: one after the other, each until it is answered.
struct CallQueue {
    enum Call {
        case update(StatusUpdate)
        case heartbeat
    }

    private static let heartbeatInterval = Duration.seconds(30 * 60)
    private static let answerTime = Duration.seconds(30)

    private let settings: ExecutorSettings
    private var queue: [Call] = []
    private var connection: Connection?
    /// When the answer to the first of the queue must have come; nil while it has not been sent.
    private var answerEnd: Duration?
    private var status = 0
    private var pauseEnd = Duration.zero
    private var failures = 0
    /// Nil while nobody hears it.
    private var heartbeat: Duration?

    init(_ settings: ExecutorSettings) { self.settings = settings }

    var connections: [Connection] { connection.map { [$0] } ?? [] }

    var next: Duration? { [answerEnd ?? (queue.isEmpty ? nil : pauseEnd), heartbeat].compactMap(\.self).min() }

    mutating func add(_ call: Call) { queue.append(call) }

    mutating func start(_ updates: [StatusUpdate]) {
        stop()
        queue = updates.map(Call.update)
        heartbeat = System.now + Self.heartbeatInterval
    }

    mutating func stop() { (queue, connection, answerEnd, failures, heartbeat) = ([], nil, nil, 0, nil) }

    mutating func advance(_ life: ExecutorLife, at now: Duration) {
        if let due = heartbeat, now >= due {
            queue.append(.heartbeat)
            heartbeat = now + Self.heartbeatInterval
        }
        if let answerEnd, now >= answerEnd { fail("no answer", at: now) }
        listen(at: now)
        while let body = nextBody(life), answerEnd == nil, now >= pauseEnd {
            guard send(body, at: now) else { return }
            listen(at: now)
        }
    }

    /// Skips what was acknowledged meanwhile.
    private mutating func nextBody(_ life: ExecutorLife) -> [UInt8]? {
        guard answerEnd == nil else { return nil }
        while let first = queue.first {
            switch first {
            case .heartbeat: return life.heartbeatCall.bytes
            case .update(let update):
                if life.unacknowledged.contains(where: { $0.uuid == update.uuid }) {
                    return life.updateCall(update).bytes
                }
                queue.removeFirst()
            }
        }
        return nil
    }

    private mutating func send(_ body: [UInt8], at now: Duration) -> Bool {
        do throws(Connection.Failure) {
            if connection == nil { connection = try Connection(to: settings.endpoint) }
            connection?.send(Request.call(body, to: settings.endpoint.text, token: settings.token))
            answerEnd = now + Self.answerTime
            return true
        } catch {
            fail(System.words(error.code), at: now)
            return false
        }
    }

    private mutating func listen(at now: Duration) {
        for event in connection?.advance() ?? [] {
            switch event {
            case .connected, .answer(.body): break
            case .answer(.head(let status)): self.status = status
            case .answer(.end(let keepsConnection)):
                if !keepsConnection { connection = nil }
                answered(at: now)
            case .closed(let why):
                connection = nil
                if answerEnd != nil { fail(why, at: now) }
            }
        }
    }

    private mutating func answered(at now: Duration) {
        guard answerEnd != nil, !queue.isEmpty else { return }
        if status >= 500 || status == 404 { return fail("\(status)", at: now) }
        if status != 202 && status != 200 { System.tell("the agent answered a call with \(status)") }
        queue.removeFirst()
        (answerEnd, failures) = (nil, 0)
    }

    /// The same call again, after a pause that grows.
    private mutating func fail(_ why: String, at now: Duration) {
        if failures == 2 { System.tell("the agent takes no call (\(why)); trying on") }
        (connection, answerEnd) = (nil, nil)
        pauseEnd = now + min(.milliseconds(50) * (1 << min(failures, 10)), max(settings.backoffLimit, .seconds(1)))
        failures += 1
    }
}
