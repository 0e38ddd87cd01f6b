import Foundation
import Glibc
import HostIsolation
import Libvirt

/// The QEMU process of a domain, as libvirt's pid file names it; where we may not read that, by its command line.
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
        func isMonitor(_ pid: pid_t) -> Bool {
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.range(of: uuid) != nil
        }
        let all = named.map { [$0] } ?? (geteuid() == 0 ? [] : Self.processes)
        identity = all.first(where: isMonitor).flatMap { ProcessIdentity(of: $0) }
    }

    private static var processes: [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    var pid: pid_t? { identity?.pid }
    var isAlive: Bool { identity?.isAlive ?? false }

    /// Ends it while libvirt does not see its monitor close. Told to destroy a domain, libvirt ends the process, finds it
    /// still there and sleeps for 200 ms; a process that is gone by then is not waited for.
    ///
    /// - Returns: what keeps the monitor open, to be let go as soon as libvirt is told to destroy the domain; nil where
    ///   we may not do this (it takes root), and libvirt's own way is open.
    func endUnseen() async -> [Descriptor]? {
        await identity?.end(holding: { $0.hasSuffix("/monitor.sock") }, patience: .seconds(1))
    }

    var description: String { pid.map { "\($0)" } ?? "unknown" }
}
