import Glibc
import Isolation
import Synchronization

/// Shows stages and their times on standard error while they pass.
final class Progress: Sendable {
    enum Style: Sendable {
        case none
        /// One line that is written over, on a terminal; gone before anything else is shown.
        case live
        /// A line for each stage when it begins and when it ends.
        case lines
    }

    private let style: Style
    private let line = Mutex((shown: false, done: "", amid: false))

    init(style: Style) { self.style = style }

    func show(_ entry: Timeline.Entry) {
        switch style {
        case .none: return
        case .lines: writeError(Progress.line(entry))
        case .live:
            // From here on the terminal is the command's own.
            if entry.stage == .run && entry.duration == nil { return clear() }
            line.withLock { line in
                if let duration = entry.duration { line.done += "\(entry.stage.rawValue) \(duration.short)  " }
                line.shown = true
                let stage = entry.duration == nil ? entry.stage.rawValue + " …" : ""
                Progress.draw("\r\u{1b}[K\u{1b}[2m\(line.done)\(stage)\u{1b}[0m")
            }
        }
    }

    /// Whether the command's own errors ended without a line end.
    var isAmidLine: Bool { line.withLock { $0.amid } }

    func note(_ bytes: [UInt8]) {
        line.withLock { $0.amid = bytes.last != UInt8(ascii: "\n") }
    }

    func clear() {
        line.withLock { line in
            if line.shown { Progress.draw("\r\u{1b}[K") }
            line.shown = false
        }
    }

    /// Words of our own, and what a terminal does with them.
    private static func draw(_ text: String) { try? StandardStream.errors.writeNow(Array(text.utf8)) }

    private static func line(_ entry: Timeline.Entry) -> String {
        let begin = "bulkhead: \(entry.begin.short) \(entry.stage.rawValue)"
        guard let duration = entry.duration else { return begin + " …\n" }
        let budget = entry.budget.map { " of \($0.short)" } ?? ""
        return begin + ": \(duration.short)\(budget)\(entry.failure.map { ", failed: \($0.rawValue)" } ?? "")\n"
    }
}

extension Duration {
    /// `0.231 s`.
    var short: String {
        let thousandths = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths) s"
    }
}
