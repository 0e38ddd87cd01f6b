import Glibc

/// The processes that this one can see, as they were at one moment.
struct ProcessTable {
    struct Entry {
        var id, parent, group, session: pid_t
        var isZombie: Bool
    }

    private var entries: [Entry] = []

    init() {
        guard let directory = opendir("/proc") else { return }
        defer { closedir(directory) }
        while let item = readdir(directory) {
            let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = pid_t(name), let entry = Self.entry(id) { entries.append(entry) }
        }
    }

    /// What stands behind the program's name, which may hold anything.
    private static func entry(_ id: pid_t) -> Entry? {
        let bytes = System.contents("/proc/\(id)/stat")
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let words = bytes[end...].split(separator: 0x20, maxSplits: 5)
        guard words.count > 4 else { return nil }
        return Entry(
            id: id, parent: number(words[2]), group: number(words[3]), session: number(words[4]),
            isZombie: words[1].first == UInt8(ascii: "Z"))
    }

    /// Emulated processors read many of them, and slowly: without a string in between.
    private static func number(_ digits: ArraySlice<UInt8>) -> pid_t {
        digits.reduce(0) { $0 &* 10 &+ pid_t($1 &- 0x30) }
    }

    /// A session that one process leads: its members, their descendants, and all who share a group or a session with
    /// one of them. The leader need not live any more.
    func tree(of leader: pid_t) -> [pid_t] { closure { $0.id == leader || $0.session == leader } }

    /// All that came of us.
    var descendants: [pid_t] {
        let own = getpid()
        return closure { $0.parent == own }
    }

    private func closure(_ isSeed: (Entry) -> Bool) -> [pid_t] {
        let own = getpid()
        var members: Set<pid_t> = [], circles: Set<pid_t> = []
        var hasGrown = true
        func belongs(_ entry: Entry) -> Bool {
            isSeed(entry) || members.contains(entry.parent) || circles.contains(entry.group)
                || circles.contains(entry.session)
        }
        while hasGrown {
            hasGrown = false
            for entry in entries where entry.id != own && !members.contains(entry.id) && belongs(entry) {
                members.insert(entry.id)
                circles.formUnion([entry.group, entry.session])
                hasGrown = true
            }
        }
        return entries.filter { members.contains($0.id) && !$0.isZombie }.map(\.id)
    }
}
