import Foundation
import Isolation
import SSH
import Synchronization

extension VMLauncher {
    /// Reaches the guest, brings in what it needs, runs the command and finds out how it ended; or that we stopped it.
    func execute(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let stopped = watch(container).stopped
        return try await withThrowingTaskGroup(of: Termination.self) { group in
            group.addTask { try await self.follow(container, plan, execution) }
            group.addTask {
                try await stopped.value()
                throw BulkheadError(
                    .notRunning, "container \(container.id)", "it was stopped", remedy: "launch it again")
            }
            defer { group.cancelAll() }
            guard let termination = try await group.next() else { throw CancellationError() }
            return termination
        }
    }

    private func follow(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let (told, commandRuns) = (Once<Void>(), execution.commandRuns)
        var execution = execution
        execution.commandRuns = {
            await commandRuns()
            told.fulfil(.success(()))
        }
        var losses = 0
        while true {
            do { return try await attempt(container, plan, execution) } catch let error as BulkheadError
                where error.reason == .connectionLost
            {
                // A guest that rebooted took the command with it. That the machine ended is told elsewhere.
                if await isRebooted(container) {
                    return Termination(.guestRebooted, evidence: ["domain event: reboot", "\(error.detail)"])
                }
                // A command whose output is kept in its guest runs on: a session that broke off is made anew.
                losses += 1
                guard container.config.output == .sandbox, execution.isResumed || told.current != nil, losses < 10
                else {
                    throw error
                }
                execution.isResumed = true
            } catch is GuestForgot {
                return Termination(.guestRebooted, evidence: ["\(LauncherScript.path) is gone from the guest's memory"])
            }
        }
    }

    private func attempt(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let channel = try await reach(container, plan)
        defer { sessions.withLock { $0[container.id] = nil } }
        let script = try script(container, isResumed: execution.isResumed)
        if !execution.isResumed { try await copy(script, container, plan, to: channel) }
        sessions.withLock { $0[container.id] = channel }
        var termination = try await run(script, container, channel, execution)
        await execution.commandEnded()
        await fetch(container, channel, &termination)
        if container.config.keep { try keep(container, plan) }
        return termination
    }

    private func isRebooted(_ container: ContainerContext) async -> Bool {
        let reboot = watch(container).reboot
        let late: @Sendable () -> BulkheadError = { Self.silent(.run, "its session", "it tells of no reboot") }
        return (try? await within(.seconds(2), otherwise: late) { try await reboot.value() }) != nil
    }

    /// The script of a command that a former process started has its number.
    private func script(_ container: ContainerContext, isResumed: Bool) throws -> LauncherScript {
        let file = container.directory + "/nonce"
        let known =
            isResumed ? FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } : nil
        let script = try LauncherScript(
            container.config.command, container: container.id, template: settings.templates + "/launcher.sh",
            nonce: known,
            spools: container.config.output == .sandbox)
        if container.config.output == .sandbox, !isResumed { try PrivateFile.replace(file, with: Array(script.nonce.utf8)) }
        return script
    }

    private func copy(
        _ script: LauncherScript, _ container: ContainerContext, _ plan: LaunchPlan, to channel: any GuestChannel
    ) async throws {
        let puts = container.config.puts
        // A guest that boots a kernel of ours has them: ``ImageProvisioner``.
        let all = plan.setsItselfUp ? puts + (container.config.programs ?? []) : puts
        let timeout: @Sendable () -> BulkheadError = { Self.silent(.copy, "its session", "files were not taken") }
        try await container.clock.run(.copy, timeout: timeout) {
            try await channel.write(script.bytes, to: LauncherScript.path, mode: 0o600)
            for put in all { try await channel.put(put) }
        }
    }

    private func run(
        _ script: LauncherScript, _ container: ContainerContext, _ channel: any GuestChannel, _ execution: Execution
    ) async throws -> Termination {
        let timeout: @Sendable () -> BulkheadError = { Self.silent(.run, "its session", "the command did not end") }
        return try await container.clock.run(.run, timeout: timeout) {
            if let streams = execution.streams {
                await execution.commandRuns()
                let terminal = container.config.command.terminal ? streams.terminal : nil
                let status = try await channel.run(
                    "exec sh \(LauncherScript.path)", streams: streams, terminal: terminal)
                return try await script.termination(status, told: channel)
            }
            if !execution.isResumed { await execution.commandRuns() }
            try await Spool(container, channel).follow(script)
            return try await script.termination(nil, told: channel)
        }
    }

    /// Brings the `--get` files out, also after a command that failed.
    private func fetch(_ container: ContainerContext, _ channel: any GuestChannel, _ termination: inout Termination)
        async
    {
        guard !container.config.gets.isEmpty else { return }
        let timeout: @Sendable () -> BulkheadError = { Self.silent(.fetch, "its session", "files did not come") }
        do {
            termination.leftOut = try await container.clock.run(.fetch, timeout: timeout) {
                // What comes out may be the directory that it is in.
                if container.config.output == .sandbox { try await Spool.clear(channel) }
                guard container.config.output == .caller else {
                    return try await SandboxCopy(of: container).bring(over: channel)
                }
                var leftOut: [LeftOut] = []
                for get in container.config.gets { leftOut.append(try await channel.get(get)) }
                return leftOut.filter { $0.count > 0 }
            }
        } catch {
            termination.flaws.append(
                error as? BulkheadError
                    ?? BulkheadError(.copyFailed, "--get", "\(error)", remedy: "see bulkhead doctor"))
        }
    }

    /// Leaves behind what reaches the guest.
    private func keep(_ container: ContainerContext, _ plan: LaunchPlan) throws {
        guard let address = plan.address, let access = plan.access else { return }
        let known = AccessFiles(directory: container.directory).knownHosts
        try PrivateFile.replace(known, with: Array("\(address) \(access.hostKey)\n".utf8))
    }

    /// Delivers a signal to the command's whole process group.
    func signal(_ number: Int32, to container: ContainerContext) async {
        guard let channel = sessions.withLock({ $0[container.id] }) else { return }
        _ = try? await channel.output(of: GuestCommand.signal(number), limit: 4096, within: .seconds(30))
    }
}
