/// A `TaskStatus` on its way to the agent.
package struct StatusUpdate: Hashable, Sendable {
    package var taskID: String
    /// Base64 of its 16 bytes.
    package var uuid: String
    package var json: JSON

    package enum State: String, Sendable {
        case starting = "TASK_STARTING"
        case running = "TASK_RUNNING"
        case killing = "TASK_KILLING"
        case finished = "TASK_FINISHED"
        case failed = "TASK_FAILED"
        case killed = "TASK_KILLED"
    }

    package enum Reason: String, Sendable {
        case launchFailed = "REASON_CONTAINER_LAUNCH_FAILED"
        case invalid = "REASON_TASK_INVALID"
        case tooLong = "REASON_MAX_COMPLETION_TIME_REACHED"
        case health = "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"
        case check = "REASON_TASK_CHECK_STATUS_UPDATED"
    }

    package var state: State? { (json["state"]?.text).flatMap(State.init(rawValue:)) }
}

/// What makes one update different from all others.
package struct Stamp: Hashable, Sendable {
    /// 16 random bytes.
    package var uuid: [UInt8]
    /// Seconds of 1970.
    package var time: Double

    package init(uuid: [UInt8], time: Double) {
        self.uuid = uuid
        self.time = time
        // A random UUID by RFC 9562.
        self.uuid[6] = uuid[6] & 0x0f | 0x40
        self.uuid[8] = uuid[8] & 0x3f | 0x80
    }
}
