import Foundation
import Isolation
import VMIsolation

extension MonitorReach {
    func probes() -> [Probe] {
        let files = state.container(neighbour.canary.id)
        let disk = Self.file("scratch", in: files)
        let monitor = neighbour.place.monitor ?? 0
        let socket = Self.monitorSocket(of: monitor)
        let folder = URL(fileURLWithPath: socket).deletingLastPathComponent()
        let channel = "/var/lib/libvirt/qemu/channel/target/\(folder.lastPathComponent)/org.qemu.guest_agent.0"
        return [
            Probe("monitor-other-disk", "write another machine's disk from where QEMU is", .write, disk),
            Probe("monitor-other-disk-read", "read another machine's disk", .read, disk),
            Probe("monitor-other-seed", "read another machine's keys", .read, Self.file("seed", in: files)),
            Probe("monitor-other-socket", "connect to another machine's monitor", .connect, socket),
            Probe("monitor-other-secret", "read another machine's master key", .read, folder.path + "/master-key.aes"),
            Probe(
                "monitor-other-channel", "connect to another machine's guest agent", .connect, channel,
                mayBeMissing: true),
            Probe("monitor-other-memory", "write another machine's memory", .write, "/proc/\(monitor)/mem"),
            Probe("monitor-other-signal", "send another machine's QEMU a signal", .signal, "\(monitor)"),
            Probe("monitor-libvirt", "connect to libvirt", .connect, "/run/libvirt/libvirt-sock"),
            Probe("monitor-ledger", "read the ledger", .read, state.ledger),
        ]
    }

    /// The one that is named so, whatever its kind.
    static func file(_ start: String, in directory: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return "\(directory)/\(names.sorted().first { $0.hasPrefix(start) } ?? start)"
    }

    /// The socket that a QEMU listens at for libvirt.
    private static func monitorSocket(of process: Int32) -> String {
        let links = "/proc/\(process)/fd"
        let open = ((try? FileManager.default.contentsOfDirectory(atPath: links)) ?? []).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: links + "/" + $0)
        }
        let table = FileManager.default.contents(atPath: "/proc/\(process)/net/unix") ?? Data()
        let sockets = String(decoding: table, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        let own = sockets.first { words in
            words.count > 7 && words[7].hasSuffix("/monitor.sock") && open.contains("socket:[\(words[6])]")
        }
        return own.map { String($0[7]) } ?? "/nonexistent/monitor.sock"
    }
}
