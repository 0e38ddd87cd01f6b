import Foundation
import Glibc
import Libvirt

/// The QEMU process of a domain, as libvirt's pid file names it.
struct MonitorProcess: CustomStringConvertible {
    let pid: pid_t?
    private let started: Substring?

    init(_ domain: Domain) { self.init(name: domain.name, machine: domain.uuid) }

    init(name: String, machine: UUID) {
        let text = FileManager.default.contents(atPath: "/run/libvirt/qemu/\(name).pid")
        let named = text.flatMap {
            pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        // A file that was left over may name a process that is somebody else's by now.
        let uuid = Data(machine.uuidString.lowercased().utf8)
        pid = named.flatMap { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.range(of: uuid) == nil ? nil : pid
        }
        started = pid.flatMap { MonitorProcess.startTime($0) }
    }

    var isAlive: Bool { pid.flatMap { MonitorProcess.startTime($0) }.map { $0 == started } ?? false }
    var description: String { pid.map { "\($0)" } ?? "unknown" }

    /// Field 22 of `/proc/PID/stat`; a number that is used again has another. A zombie counts as gone.
    private static func startTime(_ pid: pid_t) -> Substring? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return fields[19]
    }
}
