import Agent
import Dispatch
import Foundation
import Isolation
import Logging
import Synchronization

/// How much is logged, for all loggers of this process.
final class AgentLog: LogLevels {
    private struct State {
        var level: UInt32 = 0
        var turn = 0
    }

    private let standard: Logger.Level
    private let state = Mutex(State())

    /// - Parameter name: `INFO`, `WARNING` or `ERROR`.
    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ name: String) throws(BulkheadError) {
        let levels: [String: Logger.Level] = ["INFO": .info, "WARNING": .warning, "ERROR": .error]
        guard let level = levels[name] else {
            throw FlagValues.bad("--logging_level “\(name)”", "there is no such level", "give INFO, WARNING or ERROR")
        }
        standard = level
    }

    var level: UInt32 { state.withLock { $0.level } }

    var least: Logger.Level {
        switch level {
        case 0: standard
        case 1: .debug
        default: .trace
        }
    }

    func set(_ level: UInt32, for duration: Duration) {
        let turn = state.withLock { state in
            state.turn += 1
            state.level = level
            return state.turn
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + min(duration / .seconds(1), 31_536_000)) {
            self.state.withLock { if $0.turn == turn { $0.level = 0 } }
        }
    }
}

/// One line for each message, on standard error.
struct LineLogHandler: LogHandler {
    let label: String
    let log: AgentLog
    var metadata: Logger.Metadata = [:]

    var logLevel: Logger.Level {
        get { log.least }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.plain("\($0.value)"))" }.joined()
        let line = "\(Date().formatted(.iso8601)) \(event.level) \(label): \(event.message)\(fields)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }

    /// On one line, whatever a guest has called itself.
    private static func plain(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
