import Isolation
import SSH

extension VMLauncher {
    /// Over a session of its own with the guest, which is proven as the first one was. When that session is over, for
    /// whatever reason, the guest ends the command.
    func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        let terminal = beside.command.terminal ? beside.streams.terminal ?? .standard : nil
        let script = try BesideScript(beside.command, terminal: terminal)
        let session = try await furtherSession(container, plan)
        do {
            let termination = try await Self.run(script, beside, terminal, in: session)
            await session.ssh.close()
            return termination
        } catch {
            // What is left of the command ends with the session; at once where it was not its own end.
            await shielded { _ = try? await session.output(of: script.signal(9), limit: 4096, within: .seconds(10)) }
            await session.ssh.close()
            throw error
        }
    }

    /// One beside the first, which is proven in the same way.
    func furtherSession(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> GuestSession {
        guard let address = plan.address, let access = plan.access else {
            throw BulkheadError(
                .notRunning, "guest of \(container.id)", "it is not known how to reach it", remedy: "launch it again")
        }
        let guest = try GuestAddress(address, access)
        return try await within(.seconds(90), otherwise: { Self.silent(.login, address, "no second session") }) {
            var drops = 0
            while true {
                let port = try await GuestSession.awaitPort(address, refused: Refusals())
                let session = try await GuestSession.open(port, guest)
                do {
                    try await session.login(guest)
                    return session
                } catch let error as BulkheadError where error.reason == .connectionLost && drops < 3 {
                    // dropbear may drop one that comes while another's command ends. Nothing was run in it yet.
                    drops += 1
                }
            }
        }
    }

    private static func run(
        _ script: BesideScript, _ beside: CommandBeside, _ terminal: TerminalRequest?, in session: GuestSession
    ) async throws -> Termination {
        do {
            let channel = try await session.ssh.execute(
                RawText.decode(script.text), pty: terminal.map { PTYRequest($0) })
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

    static func termination(_ exit: SSHExit) throws(BulkheadError) -> Termination {
        let evidence = ["session: \(exit)"]
        switch exit {
        case .exited(let code): return Termination(Outcome(ofShell: Int32(clamping: code)), evidence: evidence)
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
