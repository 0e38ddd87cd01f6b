import CLinux
import Glibc
import Isolation

/// Hears from the kernel that a control group ran out of memory: an eventfd in version 1, inotify in version 2.
struct MemoryAlarm {
    private enum Bell {
        /// The second must stay open for the first to ring.
        case event(Descriptor, Descriptor)
        case file(FileChanges.Bell)
    }

    private let bell: Bell

    /// - Returns: nil where the group has no memory controller, or the kernel offers no notice.
    init?(_ group: ControlGroup) {
        guard let directory = group.directory(of: "memory") else { return nil }
        if directory.isUnified {
            guard let changes = try? FileChanges.bell(for: directory.path + "/memory.events") else { return nil }
            bell = .file(changes)
        } else {
            let number = linux_eventfd()
            guard number >= 0 else { return nil }
            let event = Descriptor(owning: number)
            guard let control = try? Descriptor(directory.path + "/memory.oom_control", O_RDONLY) else { return nil }
            bell = .event(event, control)
            let request = "\(number) \(control.number)"
            guard (try? ControlGroup.write(request, to: directory.path + "/cgroup.event_control")) != nil else {
                return nil
            }
        }
    }

    /// Waits for the next notice.
    func rings() async throws {
        switch bell {
        case .event(let event, _):
            try await event.becomes(.readable)
            _ = try event.readNow(upTo: 8)
        case .file(let changes): try await changes.rings()
        }
    }
}
