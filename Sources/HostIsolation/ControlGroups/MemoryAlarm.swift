import CLinux
import Glibc
import Isolation

/// Hears from the kernel that a control group ran out of memory: an eventfd in version 1, inotify in version 2.
struct MemoryAlarm {
    private let bell: Descriptor
    /// Must stay open for version 1's bell to ring.
    private let source: Descriptor?

    /// - Returns: nil where the group has no memory controller, or the kernel offers no notice.
    init?(_ group: ControlGroup) {
        guard let directory = group.directory(of: "memory") else { return nil }
        if directory.isUnified {
            let number = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            guard number >= 0 else { return nil }
            (bell, source) = (Descriptor(owning: number), nil)
            guard inotify_add_watch(number, directory.path + "/memory.events", UInt32(IN_MODIFY)) >= 0 else {
                return nil
            }
        } else {
            let number = linux_eventfd()
            guard number >= 0 else { return nil }
            bell = Descriptor(owning: number)
            guard let control = try? Descriptor(directory.path + "/memory.oom_control", O_RDONLY) else { return nil }
            source = control
            let request = "\(number) \(control.number)"
            guard (try? ControlGroup.write(request, to: directory.path + "/cgroup.event_control")) != nil else {
                return nil
            }
        }
    }

    /// Waits for the next notice.
    func rings() async throws {
        try await bell.becomes(.readable)
        _ = try bell.readNow(upTo: 4096)
    }
}
