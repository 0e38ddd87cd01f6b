public import Glibc
import Isolation

/// Watches a control group for kills at its memory limit.
public struct MemoryWatch: Sendable {
    private let group: ControlGroup
    private let alarm: MemoryAlarm
    private let before: Int

    /// - Parameter before: kills that do not count; by default those until now.
    /// - Returns: nil where the group has no memory controller, or the kernel offers no notice.
    init?(_ group: ControlGroup, before: Int? = nil) {
        self.before = before ?? group.killedForMemory
        guard let alarm = MemoryAlarm(group) else { return nil }
        (self.group, self.alarm) = (group, alarm)
    }

    /// The group that a process of somebody else's is in, such as a machine monitor's.
    ///
    /// - Returns: nil where the process is gone, no memory controller counts for it, or the kernel offers no notice.
    public init?(of process: pid_t) {
        guard let membership = textFile("/proc/\(process)/cgroup") else { return nil }
        self.init(Hierarchies(mountInfo: textFile("/proc/self/mountinfo") ?? "", membership: membership))
    }

    init?(_ hierarchies: Hierarchies) {
        self.init(
            ControlGroup(
                existing: hierarchies.all.map { hierarchy in
                    let paths = hierarchy.parents.prefix(1).map { hierarchy.isUnified ? Self.limited($0) : $0 }
                    return .init(isUnified: hierarchy.isUnified, controllers: hierarchy.controllers, paths: paths)
                }))
    }

    /// The nearest group that has a memory limit: libvirt puts a monitor's threads into groups of their own below it, and
    /// such groups of version 2 have no memory of their own.
    private static func limited(_ path: String) -> String {
        var parts = path.split(separator: "/")
        while !parts.isEmpty {
            let group = "/" + parts.joined(separator: "/")
            if let limit = textFile(group + "/memory.max"), !limit.hasPrefix("max") { return group }
            parts.removeLast()
        }
        return path
    }

    /// Waits for the first kill, and tells how many there were.
    public func killed() async throws -> Int {
        var killed = group.killedForMemory - before
        while killed == 0 {
            try await alarm.rings()
            // The bell of version 1 rings before the kill, so there may be a moment between.
            for _ in 0..<100 {
                killed = group.killedForMemory - before
                if killed > 0 { break }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        return killed
    }
}
