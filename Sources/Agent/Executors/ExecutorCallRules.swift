import FoundationEssentials
import Mesos

/// What a call must be beyond its shape. Source: Mesos' `validateExecutorCall`.
enum ExecutorCallRules {
    /// - Returns: what is wrong with it, nil where nothing is.
    static func complaint(about call: Mesos_V1_Executor_Call) -> String? {
        guard call.hasType else { return "Expecting 'type' to be present" }
        switch call.type {
        case .subscribe:
            guard call.hasSubscribe else { return "Expecting 'subscribe' to be present" }
            for update in call.subscribe.unacknowledgedUpdates {
                if let why = complaint(about: update.status, in: call) { return why }
            }
            return nil
        case .update:
            guard call.hasUpdate else { return "Expecting 'update' to be present" }
            return complaint(about: call.update.status, in: call)
        case .message: return call.hasMessage ? nil : "Expecting 'message' to be present"
        case .unknown, .heartbeat: return nil
        }
    }

    private static func complaint(
        about status: Mesos_V1_TaskStatus, in call: Mesos_V1_Executor_Call
    ) -> String? {
        guard status.hasUuid else { return "Expecting 'uuid' to be present" }
        guard status.uuid.count == 16 else { return "'uuid' is not 16 bytes long" }
        if status.hasExecutorID, status.executorID != call.executorID {
            return "ExecutorID in Call: \(call.executorID.value) does not match ExecutorID in TaskStatus: "
                + status.executorID.value
        }
        guard status.hasSource, status.source == .executor else {
            return "Received Call from executor with an unexpected 'source': expecting SOURCE_EXECUTOR"
        }
        guard status.state != .taskStaging else { return "Received TASK_STAGING from executor, which is not allowed" }
        return status.hasCheckStatus ? complaint(about: status.checkStatus) : nil
    }

    private static func complaint(about check: Mesos_V1_CheckStatusInfo) -> String? {
        guard check.hasType else { return "CheckStatusInfo must specify 'type'" }
        switch check.type {
        case .command: return check.hasCommand ? nil : "Expecting 'command' to be set for COMMAND check's status"
        case .http: return check.hasHTTP ? nil : "Expecting 'http' to be set for HTTP check's status"
        case .tcp: return check.hasTcp ? nil : "Expecting 'tcp' to be set for TCP check's status"
        case .unknown: return "'UNKNOWN' is not a valid check's status type"
        }
    }
}
