import ExecutorCore
import Glibc

/// The two connections to the agent: the stream that we subscribe to, and one for calls.
struct AgentLink {
    enum News {
        case heard(AgentEvent)
        /// The stream broke; we come back.
        case lost(String)
        /// We do not.
        case gone(String)
    }

    private enum Stream {
        case waiting(until: Duration)
        case asked(Connection, end: Duration)
        case refused(Connection, status: Int, text: [UInt8], end: Duration)
        case open(Connection, RecordReader)
        case over
    }

    /// How long an agent may take for the first line of its answer.
    private static let answerTime = Duration.seconds(30)

    private let settings: ExecutorSettings
    private var stream: Stream
    private var isSubscribed = false
    private(set) var wasSubscribed = false
    /// When patience with an agent that is not there ends.
    private var giveUp: Duration
    /// Updates that the last SUBSCRIBE told of.
    private var told: Set<String> = []
    private var calls: CallQueue

    init(_ settings: ExecutorSettings, at now: Duration) {
        self.settings = settings
        (stream, calls) = (.waiting(until: now), CallQueue(settings))
        giveUp = now + settings.recoveryTimeout
    }

    var connections: [Connection] {
        switch stream {
        case .waiting, .over: calls.connections
        case .asked(let connection, _), .refused(let connection, _, _, _), .open(let connection, _):
            [connection] + calls.connections
        }
    }

    var next: Duration? {
        var ends = [calls.next].compactMap(\.self)
        if !isSubscribed { ends.append(giveUp) }
        switch stream {
        case .waiting(let end), .asked(_, let end), .refused(_, _, _, let end): ends.append(end)
        case .open: break
        case .over: return nil
        }
        return ends.min()
    }

    mutating func report(_ update: StatusUpdate) {
        if isSubscribed { calls.add(.update(update)) }
    }

    /// Goes as far as it can, and looks at the clock.
    mutating func advance(_ life: ExecutorLife, at now: Duration) -> [News] {
        if case .over = stream { return [] }
        if !isSubscribed, now >= giveUp {
            stream = .over
            return [.gone("no agent at \(settings.endpoint.host):\(settings.endpoint.port) in time")]
        }
        if isSubscribed { calls.advance(life, at: now) }
        switch stream {
        case .waiting(let end): return now >= end ? subscribe(life, at: now) : []
        case .asked(let connection, let end), .refused(let connection, _, _, let end):
            if now >= end { return lose("no answer", at: now) }
            return listen(to: connection, life, at: now)
        case .open(let connection, _): return listen(to: connection, life, at: now)
        case .over: return []
        }
    }

    private mutating func subscribe(_ life: ExecutorLife, at now: Duration) -> [News] {
        do throws(Connection.Failure) {
            let connection = try Connection(to: settings.endpoint)
            connection.watchPeer()
            connection.send(
                Request.call(life.subscribeCall.bytes, to: settings.endpoint.text, token: settings.token))
            told = Set(life.unacknowledged.map(\.uuid))
            stream = .asked(connection, end: now + Self.answerTime)
            return []
        } catch { return lose("\(error.what): \(System.words(error.code))", at: now) }
    }

    private mutating func listen(to connection: Connection, _ life: ExecutorLife, at now: Duration) -> [News] {
        var news: [News] = []
        for event in connection.advance() {
            switch event {
            case .connected: break
            case .closed(let why): return news + lose(why, at: now)
            case .answer(.head(200)): stream = .open(connection, RecordReader())
            case .answer(.head(let status)):
                stream = .refused(connection, status: status, text: [], end: now + .seconds(2))
            case .answer(.body(let bytes)):
                do { news += try take(bytes, life) } catch { return news + lose("garbage: \(error)", at: now) }
            case .answer(.end): return news + lose("the stream ended", at: now)
            }
        }
        return news
    }

    private mutating func take(_ bytes: [UInt8], _ life: ExecutorLife) throws -> [News] {
        switch stream {
        case .open(let connection, var records):
            // Taken out first, else the reader's buffer would be copied with each piece.
            stream = .over
            let complete = try records.feed(bytes)
            stream = .open(connection, records)
            return try complete.map { .heard(try event($0, life)) }
        case .refused(let connection, let status, let text, let end):
            stream = .refused(connection, status: status, text: Array((text + bytes).prefix(1000)), end: end)
            return []
        case .waiting, .asked, .over: return []
        }
    }

    private mutating func event(_ record: [UInt8], _ life: ExecutorLife) throws -> AgentEvent {
        let event = try AgentEvent(record)
        if case .subscribed = event {
            (isSubscribed, wasSubscribed) = (true, true)
            calls.start(life.unacknowledged.filter { !told.contains($0.uuid) })
        }
        return event
    }

    /// Comes back after a while, unless there is nothing to come back to.
    private mutating func lose(_ why: String, at now: Duration) -> [News] {
        if case .refused(_, let status, let text, _) = stream, !Self.mayChange(status) {
            stream = .over
            return [.gone("the agent refused us: \(status) \(String(decoding: text, as: UTF8.self))")]
        }
        let pause = max(.milliseconds(20), settings.backoffLimit * Double.random(in: 0...1))
        stream = .waiting(until: now + pause)
        guard isSubscribed else { return [] }
        isSubscribed = false
        calls.stop()
        guard settings.checkpoints else {
            stream = .over
            return [.gone("the agent left: \(why)")]
        }
        giveUp = now + settings.recoveryTimeout
        return [.lost(why)]
    }

    /// Not there yet, or ill.
    private static func mayChange(_ status: Int) -> Bool { [404, 408, 429].contains(status) || status >= 500 }
}
