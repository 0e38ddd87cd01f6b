package import Glibc

/// What runs on this host, read from `/proc` in one pass.
package struct ProcessTable {
    package struct Entry: Hashable, Sendable {
        var pid: pid_t
        var parent: pid_t
        var group: pid_t
        var session: pid_t
        /// Clock ticks since the boot.
        var started: UInt64
        /// Clock ticks, children excluded.
        package var user: UInt64
        package var system: UInt64
        var residentPages: UInt64
        /// A zombie, or on the way out.
        var isDead: Bool
    }

    let entries: [Entry]

    static func read() -> ProcessTable {
        guard let directory = opendir("/proc") else { return ProcessTable(entries: []) }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while let found = readdir(directory) {
            let name = withUnsafePointer(to: &found.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = pid_t(name), let entry = entry(pid) { entries.append(entry) }
        }
        return ProcessTable(entries: entries)
    }

    package static func entry(_ pid: pid_t) -> Entry? { textFile("/proc/\(pid)/stat").flatMap(Entry.init(stat:)) }

    /// All processes of a container: those that are given or bear its mark, with their descendants and whoever shares a
    /// session with one of them. A daemon that left by a double fork bears the mark still.
    func members(of seeds: Set<pid_t>, mark: String?) -> [Entry] {
        let own = getpid()
        var found = Set(
            entries.filter { entry in
                seeds.contains(entry.pid) || mark.map { ProcessTable.environment(of: entry.pid, holds: $0) } ?? false
            }.map(\.pid))
        found.remove(own)
        while true {
            let members = entries.filter { found.contains($0.pid) }
            let sessions = Set(members.map(\.session))
            let more = entries.filter {
                !found.contains($0.pid) && $0.pid != own && $0.pid != 1
                    && (found.contains($0.parent) || sessions.contains($0.session))
            }
            if more.isEmpty { return members }
            found.formUnion(more.map(\.pid))
        }
    }

    /// - Parameter variable: as `NAME=VALUE`.
    private static func environment(of pid: pid_t, holds variable: String) -> Bool {
        guard let bytes = try? bytesOfFile("/proc/\(pid)/environ") else { return false }
        return bytes.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
    }
}

extension ProcessTable.Entry {
    /// Reads `/proc/PID/stat`. The second field is any text in brackets, brackets included.
    init?(stat: String) {
        guard let opening = stat.firstIndex(of: "("), let closing = stat.lastIndex(of: ")"),
            let pid = pid_t(stat[..<opening].filter { $0 != " " })
        else { return nil }
        let fields = stat[stat.index(after: closing)...].split(separator: " ")
        guard fields.count > 21, let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
            let session = pid_t(fields[3]), let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let started = UInt64(fields[19])
        else { return nil }
        self.init(
            pid: pid, parent: parent, group: group, session: session, started: started, user: user, system: system,
            residentPages: UInt64(fields[21]) ?? 0, isDead: fields[0] == "Z" || fields[0] == "X")
    }
}
