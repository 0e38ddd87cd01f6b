import Foundation
import Glibc
import HostIsolation
import Libvirt

/// The QEMU process of a domain, as libvirt's pid file names it.
struct MonitorProcess: CustomStringConvertible {
    private let identity: ProcessIdentity?

    init(_ domain: Domain) { self.init(name: domain.name, machine: domain.uuid) }

    init(name: String, machine: UUID) {
        let text = FileManager.default.contents(atPath: "/run/libvirt/qemu/\(name).pid")
        let named = text.flatMap {
            pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        // A file that was left over may name a process that is somebody else's by now.
        let uuid = Data(machine.uuidString.lowercased().utf8)
        identity = named.flatMap { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.range(of: uuid) == nil
                ? nil : ProcessIdentity(of: pid)
        }
    }

    var pid: pid_t? { identity?.pid }
    var isAlive: Bool { identity?.isAlive ?? false }
    var description: String { pid.map { "\($0)" } ?? "unknown" }
}
