import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// The master has the agent drained: what runs is to end, nothing new is taken.
extension Executors {
    func drain(_ config: Mesos_V1_DrainConfig) throws(BulkheadError) {
        try change { $0.drain = config }
        log.info("draining for the master")
        followDrain()
    }

    /// Also after a restart in the midst of it.
    func followDrain() {
        guard let drain = membership.drain else { return }
        for (key, task) in tasks where isRemote(key.framework) && !task.state.isTerminal {
            var policy = task.info.killPolicy
            let own = policy.hasGracePeriod ? policy.gracePeriod.nanoseconds : Int64.max
            if drain.hasMaxGracePeriod { policy.gracePeriod.nanoseconds = min(own, drain.maxGracePeriod.nanoseconds) }
            killByMaster(key, policy.hasGracePeriod ? policy : nil)
        }
        endDrain()
    }

    /// Over when no framework has anything here.
    func endDrain() {
        guard membership.drain != nil, !executors.values.contains(where: { isRemote($0.stored.framework) && $0.state != .terminated }),
            streams.isEmpty
        else { return }
        do { try change { $0.drain = nil } } catch {
            return log.error("end of drain not stored", metadata: ["error": "\(error)"])
        }
        log.info("drained for the master")
    }

    /// As the framework is to hear it.
    func drained(_ status: Mesos_V1_TaskStatus, of framework: String) -> Mesos_V1_TaskStatus {
        guard let drain = membership.drain, isRemote(framework), [.taskKilling, .taskKilled].contains(status.state) else {
            return status
        }
        var status = status
        status.reason = .agentDraining
        if drain.markGone, status.state == .taskKilled, isPartitionAware(framework) { status.state = .taskGoneByOperator }
        return status
    }
}
