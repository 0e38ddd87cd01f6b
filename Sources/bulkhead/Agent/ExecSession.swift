import ExecutorCore
import Foundation
import Glibc
import Isolation
import Synchronization

/// One session in a container: its output on one connection, its input on another, its end on a third.
struct ExecSession: Sendable {
    struct Command: Encodable {
        struct Variable: Encodable { var name, value: String }
        struct Environment: Encodable { var variables: [Variable] }
        var shell = false
        var value: String
        var arguments: [String]
        var user: String?
        var environment: Environment

        init(_ words: [String], user: String?, variables: [TaskCommand.Variable]) {
            (value, arguments, self.user) = (words.first ?? "", words, user)
            environment = Environment(variables: variables.map { Variable(name: $0.name, value: $0.value) })
        }
    }

    struct Status: Sendable {
        var code: Int32
        /// What went wrong that was not the command's doing.
        var text: String?
    }

    /// Longer than any session; that the agent lives is seen from the heartbeats of its output.
    private static let noLimit = Duration.seconds(366 * 86400)

    private let client: AgentClient
    private let id: ExecCall.ID

    init(client: AgentClient, container: String) {
        self.client = client
        let name = "exec-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        id = ExecCall.ID(value: name, parent: .init(value: container))
    }

    /// - Parameter reads: the command gets our input.
    func run(_ command: Command, terminal: Terminal?, reads: Bool) async throws -> Status {
        let signals = try SignalRelay()
        // Whoever goes ends the session.
        signals.secondSignal = {
            terminal?.restore()
            _exit(130)
        }
        let launch = try request(ExecCall(launching: id, command, terminal?.request))
        return try await client.exchange(launch) { reply, parts in
            try await client.check(reply, &parts)
            guard reply.status == 200 else {
                throw BulkheadError(.nameInUse, "session \(id.value)", "there is one of this name", remedy: "try again")
            }
            terminal?.makeRaw()
            return try await withThrowingTaskGroup(of: Status?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await end() }
                group.addTask { await send(reads, terminal) }
                group.addTask {
                    for await number in signals.forCommand {
                        _ = try? await client.answer(request(ExecCall(killing: id, number)))
                    }
                    return nil
                }
                try await Self.show(&parts, terminal)
                while let end = try await group.next() {
                    if let end { return end }
                }
                throw CancellationError()
            }
        }
    }

    private func request(_ call: ExecCall) throws -> AgentRequest {
        AgentRequest("POST", "/api/v1", json: Array(try JSONEncoder().encode(call)))
    }

    private static func show(_ parts: inout ReplyParts, _ terminal: Terminal?) async throws {
        var reader = RecordReader(limit: 64 << 20)
        while let part = try await parts.next() {
            let records: [[UInt8]]
            do { records = try reader.feed(part) } catch {
                throw BulkheadError(
                    .agentUnreachable, "session", "what came is no stream of records", remedy: "see what serves there")
            }
            for record in records {
                guard let data = try JSONDecoder().decode(ProcessOutput.self, from: Data(record)).data else { continue }
                let stream = data.type == "STDERR" ? StandardStream.errors : .output
                do { try await stream.write(Array(data.data)) } catch is StreamClosed {
                    terminal?.restore()
                    _exit(128 + SIGPIPE)
                }
            }
        }
    }

    /// Our input, sizes of our terminal, and a word now and then, as the agent drops a stream that is silent.
    private func send(_ reads: Bool, _ terminal: Terminal?) async -> Status? {
        let input = ExecInput(id)
        let headers = [("Content-Type", "application/recordio"), ("Message-Content-Type", "application/json")]
        await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                if reads {
                    while let bytes = try? await abandonable({ try await StandardStream.input.read() }) {
                        await input.send(bytes)
                    }
                }
                if Task.isCancelled { return }
                await input.send([])
                if terminal == nil { input.close() }
            }
            if let sizes = terminal?.sizes {
                group.addTask { for await (columns, rows) in sizes { await input.resize(columns, rows) } }
            }
            group.addTask {
                while (try? await Task.sleep(for: .seconds(20))) != nil { await input.beat() }
            }
            let request = AgentRequest("POST", "/api/v1", headers: headers, body: .stream(input.records))
            do {
                try await client.exchange(request, silence: Self.noLimit) { reply, parts in
                    // A command that has ended, or closed its input, needs none.
                    if ![404, 500].contains(reply.status) { try await client.check(reply, &parts) }
                }
            } catch {
                if !Task.isCancelled { writeError("bulkhead: input: \(error)\n") }
            }
        }
        return nil
    }

    /// Waits for the end and takes what is known of it away.
    private func end() async throws -> Status? {
        let bytes = try await client.answer(request(ExecCall(.wait, id)), silence: Self.noLimit)
        _ = try? await client.answer(request(ExecCall(.remove, id)))
        struct Answer: Decodable {
            struct End: Decodable {
                var exit_status: Int32?
                var message: String?
            }
            var wait_nested_container: End
        }
        let end = try JSONDecoder().decode(Answer.self, from: Data(bytes)).wait_nested_container
        guard let raw = end.exit_status else {
            return Status(code: 125, text: end.message ?? "nothing is known of its end")
        }
        return Status(code: raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F))
    }
}
