public import Isolation
import Synchronization

extension ProcessLauncher {
    public func execute(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let (record, supervisor) = try record(container)
        let places = ProcessPlaces(container)
        let attachment = attachments.withLock { $0.removeValue(forKey: container.id) }
        if !execution.isResumed {
            let late = ProcessLauncher.late(container)
            try await container.clock.run(.copy, timeout: { late }) {
                let user = try Supervisor.check(container.config.command)
                for put in container.config.puts { try await HostCopy.put(put, places, for: user) }
            }
        }
        try await container.clock.run(.run, timeout: { ProcessLauncher.late(container) }) {
            if !execution.isResumed {
                try await attachment?.go.write(Array("\(record.nonce)\n".utf8))
                attachment?.go.disconnect()
                await execution.commandRuns()
            }
            try await self.follow(supervisor, container, attachment, execution.streams)
        }
        guard let result = try ProcessResult.read(record, in: places) else {
            return ProcessLauncher.killed(supervisor, container)
        }
        var termination = result.termination(killedForMemory: record.group.killedForMemory)
        termination.flaws = try await fetch(container, places)
        return termination
    }

    private static func late(_ container: ContainerContext) -> BulkheadError {
        BulkheadError(
            .copyFailed, "files of container \(container.id)", "copying did not end in its time",
            remedy: "copy less; docs/configuration.md has the budgets")
    }

    /// Waits for the end of the command and hands on what it writes meanwhile.
    private func follow(
        _ supervisor: ProcessIdentity, _ container: ContainerContext, _ attachment: Attachment?,
        _ streams: CommandStreams?
    ) async throws {
        let (ended, places) = (Once<Void>(), ProcessPlaces(container))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await supervisor.ends()
                ended.fulfil(.success(()))
            }
            if let sandbox = container.sandbox {
                for name in ["stdout", "stderr"] {
                    let log = try RotatingLog(directory: sandbox, name: name, limits: limits)
                    let spool = Spool(path: places.spool(name))
                    group.addTask { try await spool.follow(from: log.offset, until: ended) { try log.append($0) } }
                }
            } else if let output = attachment?.output, let errors = attachment?.errors {
                let nothing: @Sendable () async throws -> [UInt8]? = { nil }
                let nobody: @Sendable ([UInt8]) async throws -> Void = { _ in }
                group.addTask { try await output.pump(until: ended, streams?.output ?? nobody) }
                group.addTask { try await errors.pump(until: ended, streams?.errors ?? nobody) }
                group.addTask {
                    let source = streams?.input ?? nothing
                    try await whichever({ try await attachment?.input?.feed(source) }, { try await ended.value() })
                    // The command reads on as long as it likes when there is nothing more to give.
                    try await ended.value()
                }
            }
            try await group.waitForAll()
        }
    }

    /// - Returns: what could not be fetched.
    private func fetch(_ container: ContainerContext, _ places: ProcessPlaces) async throws -> [BulkheadError] {
        var flaws: [BulkheadError] = []
        guard !container.config.gets.isEmpty else { return flaws }
        for get in container.config.gets {
            do {
                try await container.clock.run(.fetch, timeout: { ProcessLauncher.late(container) }) {
                    try await HostCopy.get(get, places)
                }
            } catch let error as CancellationError { throw error } catch {
                flaws.append(BulkheadError.host("file \(get.guest)", error))
            }
        }
        return flaws
    }
}
