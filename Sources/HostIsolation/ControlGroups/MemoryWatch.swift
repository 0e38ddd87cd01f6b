public import Glibc
import Isolation

/// Watches the control group that a process of somebody else's is in, such as a machine monitor's, for kills at its
/// memory limit.
public struct MemoryWatch: Sendable {
    private let group: ControlGroup

    /// - Returns: nil where the process is gone or no memory controller counts for it.
    public init?(of process: pid_t) {
        guard let membership = textFile("/proc/\(process)/cgroup") else { return nil }
        let hierarchies = Hierarchies(mountInfo: textFile("/proc/self/mountinfo") ?? "", membership: membership)
        group = ControlGroup(
            existing: hierarchies.all.map {
                .init(isUnified: $0.isUnified, controllers: $0.controllers, paths: Array($0.parents.prefix(1)))
            })
        guard group.directory(of: "memory") != nil else { return nil }
    }

    /// Waits for the first kill.
    ///
    /// - Returns: how many there were; nil where the kernel offers no notice.
    public func killed() async throws -> Int? {
        let before = group.killedForMemory
        guard let alarm = MemoryAlarm(group) else { return nil }
        while true {
            try await alarm.rings()
            // The bell of version 1 rings before the kill, so there may be a moment between.
            for _ in 0..<100 {
                let killed = group.killedForMemory - before
                if killed > 0 { return killed }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }
}
