import Isolation
import SSH

extension VMLauncher {
    /// Over a session of its own with the guest, which is proven as the first one was. When that session is over, for
    /// whatever reason, the guest ends the command.
    func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        guard let address = plan.address, let access = plan.access else {
            throw BulkheadError(
                .notRunning, "guest of \(container.id)", "it is not known how to reach it", remedy: "launch it again")
        }
        let guest = try GuestAddress(address, access)
        let terminal = beside.command.terminal
            ? beside.streams.terminal ?? TerminalRequest(type: "xterm", columns: 80, rows: 24) : nil
        let script = try BesideScript(beside.command, terminal: terminal)
        let session = try await within(.seconds(90), otherwise: { Self.silent(.login, address, "no second session") }) {
            let refused = Refusals()
            let session = try await GuestSession.open(try await GuestSession.awaitPort(address, refused: refused), guest)
            try await session.login(guest)
            return session
        }
        let end = await Result { try await Self.run(script, beside, terminal, in: session) }
        // What is left of the command ends with the session; at once where it was not its own end.
        if case .failure = end {
            await shielded { _ = try? await session.output(of: script.signal(9), limit: 4096, within: .seconds(10)) }
        }
        await session.ssh.close()
        return try end.get()
    }

    private static func run(
        _ script: BesideScript, _ beside: CommandBeside, _ terminal: TerminalRequest?, in session: GuestSession
    ) async throws -> Termination {
        do {
            let channel = try await session.ssh.execute(
                RawText.decode(script.text),
                pty: terminal.map {
                    PTYRequest(terminal: $0.type, columns: UInt16(clamping: $0.columns), rows: UInt16(clamping: $0.rows))
                })
            await beside.commandRuns()
            return try await withThrowingTaskGroup(of: SSHExit?.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    for await number in beside.streams.signals {
                        _ = try? await session.output(of: script.signal(number), limit: 4096, within: .seconds(30))
                    }
                    return nil
                }
                group.addTask { try await session.stream(channel, beside.streams, brokenPipe: script.signal(13)) }
                while let exit = try await group.next() {
                    if let exit { return try Self.termination(exit) }
                }
                throw CancellationError()
            }
        } catch let error as SSHError { throw error.named("the command's session") }
    }

    /// A shell's 128 and above stand for a signal.
    static func termination(_ exit: SSHExit) throws(BulkheadError) -> Termination {
        let evidence = ["session: \(exit)"]
        switch exit {
        case .exited(let code):
            let status = Int32(clamping: code)
            return Termination(
                status > 128 && status <= 128 + 64 ? .signalled(status - 128) : .exited(status), evidence: evidence)
        case .signalled(let name, _):
            if let number = signals[name] { return Termination(.signalled(number), evidence: evidence) }
        case .unknown: break
        }
        throw BulkheadError(
            .connectionLost, "the command's session", "it ended with \(exit)", remedy: "see whether the guest runs")
    }

    /// As RFC 4254 names them, by their numbers on Linux.
    private static let signals: [String: Int32] = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12,
        "PIPE": 13, "ALRM": 14, "TERM": 15,
    ]
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
