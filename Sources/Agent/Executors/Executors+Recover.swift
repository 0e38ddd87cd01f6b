import FoundationEssentials
public import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    /// Finds again what a former process left, containers first: once, before the endpoint is of any use.
    ///
    /// Returns when executors may subscribe. Those that do not come back in time are ended.
    ///
    /// - Returns: what the containerizer decided on, for the log.
    public func recover() async throws -> [Recovery.Action] {
        let known = try store.load(isStrict: options.isStrict)
        for why in known.leftOut { log.error("record left out", metadata: ["error": "\(why)"]) }
        let actions = try await containerizer.recover()
        for framework in known.frameworks { frameworks[framework.id.value] = framework }
        membership = try store.membership()
        for framework in frameworks.values where !framework.checkpoint {
            // Its master has told of its tasks' end when we were gone.
            try store.dropOutbox(of: framework.id.value)
        }
        for update in try store.outbox() { _ = streams.add(update, at: .now) }
        if frameworks[local.id.value] != local {
            try store.save(local)
            frameworks[local.id.value] = local
        }
        numbers = known.tasks.compactMap(\.group).max() ?? 0
        let tasks = Dictionary(grouping: known.tasks, by: \.container)
        for stored in known.executors {
            let executor = enter(stored, size([stored.info.resources], of: stored.framework))
            for task in tasks[stored.container] ?? [] { enter(task, of: executor) }
            // What it has is told by its record; without one it has ended.
            executor.resources = needs(executor)
        }
        // Of an end that was stored with us, but not yet told to the containerizer.
        for case .report(let container) in actions where executors[container]?.state == .terminated {
            try await containerizer.forget(container)
        }
        let records = await containerizer.list()
        for record in records { executors[record.id]?.resources = record.resources }
        phase = .reregistering
        for executor in executors.values where executor.state != .terminated { resume(executor) }
        if executors.values.allSatisfy(\.isBack) { finishRecovery() } else { awaitReturn() }
        return actions
    }

    /// The framework of tasks that no master sends.
    nonisolated var local: Mesos_V1_FrameworkInfo {
        .with {
            $0.id.value = "\(store.ownID)-local"
            $0.user = "root"
            $0.name = "bulkhead"
            $0.checkpoint = true
            $0.hostname = options.agent.hostname
            $0.roles = ["*"]
            $0.capabilities = [.partitionAware, .taskKillingState, .multiRole].map { type in .with { $0.type = type } }
        }
    }

    private func resume(_ executor: Executor) {
        executor.watch = Task { await follow(executor) }
        let framework = executor.stored.framework
        guard !isRemote(framework) || frameworks[framework]?.checkpoint == true else {
            executor.isSilent = true
            let cause = Executor.Cause(
                state: .taskGone, reason: .agentRestarted, message: "Its framework does not checkpoint")
            return destroy(executor, cause)
        }
        switch executor.state {
        // It has not been waited for in vain yet: its command was begun a moment before the agent ended.
        case .registering: awaitRegistration(executor)
        case .running:
            executor.isBack = false
            guard executor.stored.isCommandExecutor, let task = tasks(of: executor).first else { return }
            if task.state.isTerminal { taskEnded(executor) } else if task.isKillWanted { insist(task, executor) }
        case .terminating: awaitEnd(executor)
        case .terminated: break
        }
    }

    private func awaitReturn() {
        let limit = options.reregistrationTimeout
        returnTimer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            finishRecovery()
        }
    }

    /// Ends what did not come back.
    func finishRecovery() {
        guard phase == .reregistering else { return }
        phase = .running
        recovered.fulfil(.success(()))
        returnTimer?.cancel()
        followDrain()
        let limit = MesosDuration.text(options.reregistrationTimeout)
        for executor in executors.values where !executor.isBack {
            executor.isBack = true
            destroy(
                executor,
                Executor.Cause(
                    state: .taskGone, reason: .executorReregistrationTimeout,
                    message: "Executor did not reregister within \(limit)"))
        }
    }
}
