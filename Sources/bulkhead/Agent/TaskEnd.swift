import Glibc
import VMIsolation

/// What a task's last status means for whoever waits for it.
struct TaskEnd {
    let report: TaskReport

    private var message: String { report.message ?? "" }

    /// As `bulkhead run` has it: the command's own, 128+n for a signal, 123 to 125 for what is no doing of the command.
    var exitStatus: Int32 {
        if report.state == "TASK_FINISHED" { return 0 }
        if report.source == "SOURCE_EXECUTOR", let own = ownStatus { return own }
        switch report.reason {
        case "REASON_CONTAINER_LIMITATION_MEMORY", "REASON_CONTAINER_LIMITATION": return 128 + SIGKILL
        case "REASON_CONTAINER_LIMITATION_DISK": return 122
        case "REASON_MAX_COMPLETION_TIME_REACHED": return 124
        default: break
        }
        for outcome in ["guestPoweredOff", "guestRebooted", "guestPanicked"]
        where message.hasPrefix("Executor terminated: " + outcome) {
            return 123
        }
        return report.state == "TASK_KILLED" ? 128 + SIGKILL : 125
    }

    /// Of the words of `bulkhead-executor`, which are Mesos'.
    private var ownStatus: Int32? {
        if message.hasPrefix("Failed to execute command") { return message.contains("No such file") ? 127 : 126 }
        if let code = rest("Command exited with status ").flatMap({ Int32($0) }), 0...255 ~= code { return code }
        guard let name = rest("Command terminated with signal ") else { return nil }
        let plain = name.hasSuffix(" (core dumped)") ? String(name.dropLast(" (core dumped)".count)) : name
        return (1...64).first { strsignal($0).map { String(cString: $0) } == plain }.map { 128 + $0 }
    }

    private func rest(_ begin: String) -> String? {
        message.hasPrefix(begin) ? String(message.dropFirst(begin.count)) : nil
    }

    /// What belongs on standard error: nothing where the command's own status says it all. A guest may have chosen the
    /// words.
    var text: String {
        guard exitStatus != 0, report.source != "SOURCE_EXECUTOR" || ownStatus == nil || ownStatus == 126 || ownStatus == 127
        else { return "" }
        let lines = (message.isEmpty ? report.reason ?? "" : message).split(separator: "\n")
        return "bulkhead: \(report.state): " + lines.map { ConsoleLog.printable($0) }.joined(separator: "\n") + "\n"
    }
}
