/// Where the kernel's control groups are mounted on this host, and where we stand in them.
struct Hierarchies: Hashable, Sendable {
    struct Hierarchy: Hashable, Sendable {
        /// Version 2: one tree for all controllers.
        var isUnified: Bool
        /// Version 1's; those of version 2 are asked for when a group is made.
        var controllers: Set<String>
        /// Where a group of ours may be made, the best place first: below our own, below the root.
        var parents: [String]
    }

    let all: [Hierarchy]

    init(all: [Hierarchy]) { self.all = all }

    static func ofThisHost() -> Hierarchies {
        Hierarchies(
            mountInfo: textFile("/proc/self/mountinfo") ?? "", membership: textFile("/proc/self/cgroup") ?? "")
    }

    /// - Parameters:
    ///   - mountInfo: as in `/proc/self/mountinfo`.
    ///   - membership: as in `/proc/self/cgroup`.
    init(mountInfo: String, membership: String) {
        let places = Hierarchies.places(membership)
        var seen: Set<String> = []
        all = mountInfo.split(separator: "\n").compactMap { line in
            guard let mount = Mount(line), seen.insert(mount.identity).inserted else { return nil }
            let key = mount.isUnified ? "" : mount.controllers.sorted().first ?? ""
            var parents = [mount.point]
            if let place = places[key], let below = mount.path(of: place), below != mount.point {
                parents.insert(below, at: 0)
            }
            return Hierarchy(isUnified: mount.isUnified, controllers: mount.controllers, parents: parents)
        }
    }

    /// Our own group by controller; that of version 2 by the empty text.
    private static func places(_ membership: String) -> [String: String] {
        var places: [String: String] = [:]
        for line in membership.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3 else { continue }
            for controller in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                places[String(controller)] = parts[2]
            }
        }
        return places
    }

    /// Everything that a group of this name may consist of, made or not.
    func candidates(_ name: String) -> [ControlGroup.Candidate] {
        all.map { hierarchy in
            ControlGroup.Candidate(
                isUnified: hierarchy.isUnified, controllers: hierarchy.controllers,
                paths: hierarchy.parents.map { "\($0)/\(name)" })
        }
    }
}

/// One line of `/proc/self/mountinfo` that is about control groups we use.
private struct Mount {
    private static let useful: Set<String> = ["cpu", "cpuacct", "memory", "freezer"]
    let root: String
    let point: String
    let isUnified: Bool
    let controllers: Set<String>

    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
        (root, point) = (String(fields[3]), String(fields[4]))
        switch fields[dash + 1] {
        case "cgroup2": (isUnified, controllers) = (true, [])
        case "cgroup":
            isUnified = false
            controllers = Set(fields[dash + 3].split(separator: ",").map(String.init)).intersection(Mount.useful)
            if controllers.isEmpty { return nil }
        default: return nil
        }
    }

    /// The same tree may be mounted twice.
    var identity: String { isUnified ? "2" : controllers.sorted().joined(separator: ",") }

    /// Where a group is found under this mount; nil where that shows another part of the tree. A process that came into
    /// a namespace from outside is told a way out of it (`/..`), which no mount shows.
    func path(of place: String) -> String? {
        guard !place.split(separator: "/").contains("..") else { return nil }
        let shown = root == "/" ? "" : root
        guard place.hasPrefix(shown) else { return nil }
        let rest = place.dropFirst(shown.count)
        return rest.isEmpty || rest == "/" ? point : rest.hasPrefix("/") ? point + rest : nil
    }
}
