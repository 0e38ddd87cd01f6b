import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    /// Waits for the end of an executor's container: that, not its stream, is what counts.
    func follow(_ executor: Executor) async {
        do {
            let report = try await containerizer.wait(executor.container)
            if let failure = report?.cleanUpFailure {
                log.error("container left something", metadata: ["error": "\(failure)"])
            }
            for flaw in report?.termination.flaws ?? [] {
                log.warning("container's files did not come out", metadata: ["error": "\(flaw)"])
            }
            let lost = Executor.Cause(
                state: .taskFailed, reason: .containerLaunchFailed,
                message: "The agent ended before the container was launched")
            ended(executor, report.map { Executor.Cause($0.termination) } ?? lost, report)
        } catch {
            guard !(error is CancellationError) else { return }
            ended(
                executor, Executor.Cause(state: .taskFailed, reason: .executorTerminated, message: "\(error)"), nil)
        }
    }

    /// Tells of an executor's tasks what they came to, unless they said so themselves.
    func ended(_ executor: Executor, _ found: Executor.Cause, _ report: ContainerReport?) {
        guard phase != .stopped, executor.state != .terminated else { return }
        takeArrived()
        if case .launchFailed(_, let error)? = report?.termination.outcome { options.health.launchFailed(error) }
        var cause = found
        if let own = executor.cause {
            // What the agent did comes first; how it was found to have ended adds to it.
            cause = own
            if !found.message.isEmpty { cause.message += "; \(found.message)" }
        }
        do {
            try note(
                tasks(of: executor).filter { !$0.state.isTerminal }.map { (status(of: $0, executor, cause), key($0)) })
            _ = executor.stored.life.ended()
            try store.save(executor.stored.life, of: executor.container)
        } catch {
            // Found again by the next process.
            log.critical("executor's end not stored", metadata: ["error": "\(error)"])
        }
        executor.isBack = true
        executor.letGo()
        if !executor.stored.isCommandExecutor, isRemote(executor.stored.framework) {
            news([
                .exited(
                    framework: executor.stored.framework, executor: executor.stored.info.executorID.value,
                    status: report?.termination.outcome.waitStatus ?? -1)
            ])
        }
        // The words of the tasks' updates.
        let isFailure = cause.reason == .containerLaunchFailed
        log.log(
            level: isFailure ? .warning : .info, isFailure ? "executor's launch failed" : "executor ended",
            metadata: fields(executor).merging(isFailure ? ["error": "\(cause.message)"] : [:]) { $1 })
        forget(executor)
        if phase == .reregistering, executors.values.allSatisfy(\.isBack) { finishRecovery() }
    }

    /// The container's result is stored with us: neither it nor executors of long ago are needed any more.
    private func forget(_ executor: Executor) {
        let (containerizer, container) = (containerizer, executor.container)
        executor.watch = Task { try? await containerizer.forget(container) }
        guard let old = try? store.forgetEnded(butFor: options.endedExecutors) else { return }
        for container in old.compactMap({ try? ContainerID($0) }) {
            guard let gone = executors.removeValue(forKey: container) else { continue }
            let (framework, id) = (gone.stored.framework, gone.stored.info.executorID.value)
            defer { settleFramework(framework) }
            for task in gone.tasks { tasks[TaskKey(framework: framework, id: task)] = nil }
            let key = ExecutorKey(framework: framework, id: id)
            if current[key] == container { current[key] = nil }
        }
        settleFramework(executor.stored.framework)
    }

    /// An update of the agent's own.
    func status(of task: StoredTask, _ executor: Executor, _ cause: Executor.Cause) -> Mesos_V1_TaskStatus {
        var status = status(
            of: task.info.taskID, in: task.framework, executor: executor.stored.info.executorID.value, cause)
        if let container = executor.containerStatus { status.containerStatus = container }
        return status
    }

    /// The same for a task that is known by its id alone.
    ///
    /// - Parameter executor: nil where none is known by its id.
    func status(
        of task: Mesos_V1_TaskID, in framework: String, executor: String?, _ cause: Executor.Cause
    ) -> Mesos_V1_TaskStatus {
        .with {
            $0.taskID = task
            $0.state = state(cause.state, for: framework)
            $0.reason = cause.reason
            $0.message = cause.message
            $0.source = .agent
            $0.timestamp = Date().timeIntervalSince1970
            $0.agentID = agentID
            if let executor { $0.executorID.value = executor }
            $0.uuid = withUnsafeBytes(of: UUID().uuid) { Data($0) }
        }
    }

    /// Asks an executor to end, and ends its container when it does not.
    func shutDown(_ executor: Executor) {
        guard executor.stored.life.shutDown() else { return }
        do { try store.save(executor.stored.life, of: executor.container) } catch {
            log.error("executor's shutdown not stored", metadata: ["error": "\(error)"])
        }
        send(.with { $0.type = .shutdown }, to: executor)
        awaitEnd(executor)
    }

    /// An executor was told to end: it has its grace period.
    func awaitEnd(_ executor: Executor) {
        after(executor.stored.info.grace ?? options.shutdownGrace, executor) { self.destroy(executor, nil) }
    }

    /// Sets an executor's timer, in the place of what it was set to before.
    func after(_ time: Duration, _ executor: Executor, _ act: @escaping () -> Void) {
        executor.timer?.cancel()
        executor.timer = Task {
            guard (try? await Task.sleep(for: time)) != nil, phase != .stopped else { return }
            act()
        }
    }

    func destroy(_ executor: Executor, _ cause: Executor.Cause?) {
        guard executor.state != .terminated else { return }
        executor.cause = executor.cause ?? cause
        if executor.stored.life.shutDown() {
            do { try store.save(executor.stored.life, of: executor.container) } catch {
                log.error("executor's end not stored", metadata: ["error": "\(error)"])
            }
        }
        let why = cause.map { [$0.message] } ?? ["its executor did not end within its grace period"]
        let (containerizer, container) = (containerizer, executor.container)
        // Not the timer: whoever cancels that must not stop this.
        executor.delivery = Task {
            _ = try? await containerizer.destroy(container, because: Termination(.destroyed, evidence: why))
        }
    }
}

extension Executor.Cause {
    /// How a container ended, in the words of a task's update.
    init(_ termination: Termination) {
        var (reason, message) = (Mesos_V1_TaskStatus.Reason.executorTerminated, "")
        switch termination.outcome {
        case .exited(let code): message = "Executor exited with status \(code)"
        case .signalled(let number): message = "Executor terminated with signal \(number)"
        case .launchFailed(_, let error): (reason, message) = (.containerLaunchFailed, "\(error)")
        case .hostFailed(let error): message = "\(error)"
        case .outOfMemory: reason = .containerLimitationMemory
        case .outOfDisk: reason = .containerLimitationDisk
        case .timeLimit, .limitReached: reason = .containerLimitation
        case .destroyed, .interrupted, .guestPoweredOff, .guestRebooted, .guestPanicked, .monitorKilled: break
        }
        if message.isEmpty { message = "Executor terminated: \(termination.outcome.name)" }
        let evidence = termination.evidence.joined(separator: "; ")
        self.init(state: .taskFailed, reason: reason, message: evidence.isEmpty ? message : "\(message) (\(evidence))")
    }
}

extension Outcome {
    /// As `wait()` gives it; -1 for what was no process' own end.
    fileprivate var waitStatus: Int32 {
        switch self {
        case .exited(let code): Int32(code) << 8
        case .signalled(let number): Int32(number)
        default: -1
        }
    }
}
