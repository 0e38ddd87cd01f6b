import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// What a master says of tasks, executors and frameworks that are there.
extension Executors {
    /// Ends a task, wherever it is by now. What the framework hears is in Mesos' own words.
    func killByMaster(_ key: TaskKey, _ policy: Mesos_V1_KillPolicy?) {
        guard frameworks[key.framework] != nil, isRemote(key.framework), !closing.contains(key.framework) else {
            return log.info("kill for a framework that is not here", metadata: ["task.id": "\(key.id)"])
        }
        guard tasks[key] != nil else {
            let id = Mesos_V1_TaskID.with { $0.value = key.id }
            return refuse(
                id, of: key.framework, executor: nil,
                Executor.Cause(state: .taskDropped, reason: .executorTerminated, message: "Cannot find executor"))
        }
        do { try kill(key, policy) } catch {
            log.error("kill not stored", metadata: ["task.id": "\(key.id)", "error": "\(error)"])
        }
    }

    func shutDown(executor id: String, of framework: String) {
        guard isRemote(framework), let executor = executor(framework, id) else { return }
        shutDown(executor)
    }

    /// The master ends this agent.
    func shutDownFrameworks() {
        for framework in frameworks.keys { shutDown(framework: framework) }
    }

    /// Ends all of a framework; nobody is told of its tasks any more.
    func shutDown(framework: String) {
        guard isRemote(framework), frameworks[framework] != nil || streams.holds(framework: framework) else { return }
        closing.insert(framework)
        streams.drop(framework: framework)
        do { try store.dropOutbox(of: framework) } catch {
            log.error("framework's end not stored", metadata: ["error": "\(error)"])
        }
        for executor in executors.values where executor.stored.framework == framework { shutDown(executor) }
        settleFramework(framework)
    }

    /// Best effort, as Mesos has it.
    func message(_ data: Data, to executor: String, of framework: String) {
        guard let executor = self.executor(framework, executor), executor.state == .running else { return }
        send(
            .with {
                $0.type = .message
                $0.message.data = data
            }, to: executor)
    }

    /// A framework was registered anew, or is somewhere else: what it did not hear is told again.
    func update(_ framework: Mesos_V1_FrameworkInfo?, _ id: String, _ scheduler: UPID?) {
        guard let known = frameworks[id], isRemote(id), !closing.contains(id) else { return }
        do { try know(framework ?? known, scheduler) } catch {
            log.error("framework not stored", metadata: ["error": "\(error)"])
        }
        resumeUpdates()
    }

    /// Answers for tasks that the master believes to be here.
    ///
    /// - Parameter framework: as the master knows it; nil where it does not.
    func reconcile(_ ids: [Mesos_V1_TaskID], of id: String, _ framework: Mesos_V1_FrameworkInfo?) {
        for task in ids where isUnknown(TaskKey(framework: id, id: task.value)) {
            if let framework, frameworks[id] == nil { frameworks[id] = framework }
            refuse(
                task, of: id, executor: nil,
                Executor.Cause(
                    state: .taskDropped, reason: .reconciliation, message: "Reconciliation: task unknown to the agent"))
        }
        settleFramework(id)
    }

    /// Nothing will come of the task by itself: it is not here, or has ended and the master has acknowledged that.
    private func isUnknown(_ key: TaskKey) -> Bool {
        (tasks[key]?.state.isTerminal ?? true) && streams.oldest(key) == nil
    }

    /// Forgets a framework of which nothing is left.
    func settleFramework(_ id: String) {
        guard isRemote(id), !streams.holds(framework: id) else { return }
        let all = executors.values.filter { $0.stored.framework == id }
        guard all.allSatisfy({ $0.state == .terminated }) else { return }
        closing.remove(id)
        if all.isEmpty {
            (frameworks[id], schedulers[id]) = (nil, nil)
            do { try store.remove(framework: id) } catch {
                log.error("framework not forgotten", metadata: ["error": "\(error)"])
            }
        }
        endDrain()
    }
}
