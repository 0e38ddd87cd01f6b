import CLinux

/// What the kernel says of a process in `/proc/PID/limits`.
package struct ProcessLimits {
    /// How many processes and threads its user may have for it to start another one; `UInt64.max` where that is not limited,
    /// nil where it is not said. It cannot raise this itself.
    package let mostProcesses: UInt64?

    package init(_ text: String) {
        let line = text.split(separator: "\n").first { $0.hasPrefix("Max processes ") }
        // Soft, hard, unit.
        let hard = line?.split(separator: " ").dropFirst(3).first
        mostProcesses = hard.flatMap { $0 == "unlimited" ? .max : UInt64($0) }
    }

    /// - Returns: whether we may; it takes CAP_SYS_RESOURCE, or the process's own user.
    package static func set(mostProcesses most: UInt64, of pid: Int32) -> Bool { linux_limit_processes(pid, most) == 0 }

    /// Nil where it cannot be read.
    package init?(of pid: Int32) {
        guard let text = textFile("/proc/\(pid)/limits") else { return nil }
        self.init(text)
    }
}
