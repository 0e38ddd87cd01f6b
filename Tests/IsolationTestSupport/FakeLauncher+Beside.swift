public import Isolation
import Synchronization

extension FakeLauncher {
    /// The commands of ``ContractCommands/fake``.
    public func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        guard try await !enter("runBeside", container.id.description) else { return Termination(.exited(0)) }
        defer { journal.note("launcher.runBeside.ended \(container.id)") }
        let machine = try machine(container)
        await beside.commandRuns()
        let outcome = try await machine.run(beside)
        return Termination(outcome, evidence: ["fake command beside"])
    }
}

extension FakeLauncher {
    /// Notes `launcher.bringOut` and `launcher.bringOut.last`.
    public func bringOut(_ container: ContainerContext, _ plan: LaunchPlan, isLast: Bool) async throws -> [LeftOut] {
        let call = isLast ? "bringOut.last" : "bringOut"
        defer { journal.note("launcher.\(call).ended \(container.id)") }
        _ = try await enter(call, container.id.description)
        return [LeftOut(guest: "/sandbox", count: 1, notes: ["a link"])]
    }
}

extension FakeHost.Machine {
    fileprivate func run(_ beside: CommandBeside) async throws -> Outcome {
        let (words, streams) = (beside.command.arguments, beside.streams)
        switch words.first {
        case "exit": return .exited(words.dropFirst().first.flatMap { Int32($0) } ?? 0)
        case "killed": return .signalled(9)
        case "print":
            try await streams.output(Array("to out\n".utf8))
            try await streams.errors(Array("to err\n".utf8))
        case "copy":
            while let bytes = try await streams.input?() { try await streams.output(bytes) }
        case "leave":
            state.withLock { $0.hasLeft = true }
            defer { state.withLock { $0.hasLeft = false } }
            try await streams.output(Array("here\n".utf8))
            try await untilCancelled()
        case "find": return .exited(state.withLock { $0.hasLeft } ? 0 : 1)
        case "wait":
            try await streams.output(Array("before\n".utf8))
            for await number in streams.signals {
                guard number == 10 else { return .signalled(number) }
                try await streams.output(Array("after\n".utf8))
                return .exited(5)
            }
            throw CancellationError()
        default: try await untilCancelled()
        }
        return .exited(0)
    }
}
