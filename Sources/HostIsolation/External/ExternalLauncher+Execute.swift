public import Isolation

/// The caller's end of a stream is closed.
private struct NobodyReads: Error {}

extension ExternalLauncher {
    public func execute(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        do {
            let termination = try await run(container, plan, execution)
            return Removal.isAnnounced(in: container.directory) ? Removal.termination : termination
        } catch {
            if error is CancellationError || !Removal.isAnnounced(in: container.directory) { throw error }
            return Removal.termination
        }
    }

    private func run(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let streams = execution.streams
        if !execution.isResumed {
            for put in container.config.puts { try await transfer(.put, put, container, .copy) }
        }
        var termination = try await container.clock.run(
            .run, timeout: { self.program.failure(.run, "it took too long") }
        ) {
            var input: Descriptor?
            if !execution.isResumed {
                input = try await self.run(container, plan, hasInput: streams?.input != nil)
                await execution.commandRuns()
            }
            return try await self.follow(container, streams, input)
        }
        for get in container.config.gets {
            do { try await transfer(.get, get, container, .fetch) } catch let error as BulkheadError {
                termination.flaws.append(error)
            }
        }
        return termination
    }

    private func transfer(
        _ operation: ExternalOperation, _ transfer: Transfer, _ container: ContainerContext, _ stage: LaunchStage
    ) async throws {
        var request = request(operation, container)
        request.transfer = transfer
        let whole = request
        _ = try await container.clock.run(stage, timeout: { self.program.failure(operation, "it took too long") }) {
            try await self.ask(whole, container)
        }
    }

    /// Waits for the end of the command and hands on what it writes meanwhile.
    private func follow(
        _ container: ContainerContext, _ streams: CommandStreams?, _ input: Descriptor?
    ) async throws -> Termination {
        let ended = Once<Void>()
        return try await withThrowingTaskGroup(of: Termination?.self) { group in
            group.addTask {
                let answer = try await self.ask(self.request(.wait, container), container)
                ended.fulfil(.success(()))
                guard let termination = answer.termination else {
                    throw self.program.failure(.wait, "it does not say how the command ended")
                }
                return termination
            }
            for name in ["stdout", "stderr"] {
                let (spool, sink) = (spool(name, container), try sink(name, container, streams))
                group.addTask {
                    do { try await spool.follow(from: sink.offset, until: ended, sink.take) } catch is NobodyReads {}
                    return nil
                }
            }
            if let input, let source = streams?.input {
                group.addTask {
                    try await whichever(
                        {
                            try await input.feed(source)
                            try await ended.value()
                        }, { try await ended.value() })
                    return nil
                }
            }
            var termination: Termination?
            while let value = try await group.next() { termination = value ?? termination }
            guard let termination else { throw CancellationError() }
            return termination
        }
    }

    /// Where one stream goes, and how much of it is there already.
    private func sink(
        _ name: String, _ container: ContainerContext, _ streams: CommandStreams?
    ) throws -> (offset: UInt64, take: @Sendable ([UInt8]) async throws -> Void) {
        guard let sandbox = container.sandbox else {
            let take = name == "stdout" ? streams?.output : streams?.errors
            return (
                0,
                { bytes in
                    do { try await take?(bytes) } catch let error as CancellationError { throw error } catch {
                        throw NobodyReads()
                    }
                }
            )
        }
        let log = try RotatingLog(directory: sandbox, name: name, limits: limits)
        return (log.offset, { try log.append($0) })
    }
}
