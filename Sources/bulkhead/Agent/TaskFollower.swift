import Foundation
import Isolation

/// Follows one task, also over a restart of its agent.
struct TaskFollower {
    /// How long an agent that was there may be away.
    static let patience = Duration.seconds(60)

    let client: AgentClient
    let task: String

    /// Waits for the last status.
    func end() async throws -> TaskReport {
        try await patiently { reached in
            try await client.exchange(AgentRequest("GET", AgentClient.tasks(task, "updates"))) { reply, parts in
                try await client.check(reply, &parts)
                reached()
                var lines = LineSplitter()
                while let part = try await parts.next() {
                    for line in lines.add(part) where !line.isEmpty {
                        let report: TaskReport = try AgentClient.decode(from: line)
                        if report.isTerminal { return report }
                    }
                }
                return nil
            }
        }
    }

    /// Writes what a task says, every byte once.
    ///
    /// - Parameters:
    ///   - stream: `stdout` or `stderr`.
    ///   - follows: until nothing more can come; else what there is.
    ///   - raw: as it is, to a terminal too.
    func output(_ stream: String, follows: Bool, to target: StandardStream, raw: Bool = false) async throws {
        var (offset, shown) = (UInt64(0), ShownOutput(target, raw: raw))
        try await patiently { (reached: () -> Void) -> Void? in
            let query = [("stream", stream), ("offset", "\(offset)")] + (follows ? [("follow", "true")] : [])
            let request = AgentRequest("GET", AgentClient.tasks(task, "output", query: query))
            try await client.exchange(request) { reply, parts in
                try await client.check(reply, &parts)
                reached()
                let begin = reply.header("Bulkhead-Offset").flatMap { UInt64($0) } ?? offset
                if begin > offset {
                    writeError("bulkhead: \(begin - offset) bytes of \(stream) were rotated away\n")
                    offset = begin
                }
                while let part = try await parts.next() {
                    do { try await shown.write(part) } catch let error as StreamClosed {
                        throw error.named("where its \(stream) goes")
                    }
                    offset += UInt64(part.count)
                }
            }
            // An agent that ends ends its streams.
            if follows, try await !client.task(task).isEnded { return nil }
            return ()
        }
        try await shown.end()
    }

    /// Tries again where the agent went away after it had been there, or ended the stream before its end.
    ///
    /// - Parameter attempt: nil asks for another one.
    private func patiently<Value>(_ attempt: (_ reached: () -> Void) async throws -> Value?) async throws -> Value {
        var awaySince: ContinuousClock.Instant?
        while true {
            var isReached = false
            do {
                if let value = try await attempt({ isReached = true }) { return value }
                isReached = true
            } catch let error as BulkheadError where error.reason == .agentUnreachable {
                // A stream may have lasted for days: what counts is how long it is away now.
                guard isReached || awaySince.map({ .now - $0 < Self.patience }) ?? false else { throw error }
            }
            if isReached { awaySince = .now }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// Lines of a stream that comes in parts.
private struct LineSplitter {
    private var rest: [UInt8] = []

    mutating func add(_ part: [UInt8]) -> [[UInt8]] {
        var lines = (rest + part).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        rest = lines.removeLast()
        return lines
    }
}
