import Glibc
import Isolation

/// One container's control group: a directory in each of the host's hierarchies, as far as we may make them.
struct ControlGroup: Hashable, Sendable {
    /// What one hierarchy offers. Stored before anything is made, so that a later process knows where to look.
    struct Candidate: Hashable, Codable, Sendable {
        var isUnified: Bool
        var controllers: Set<String>
        var paths: [String]
    }

    struct Directory: Hashable, Sendable {
        var path: String
        var isUnified: Bool
        var controllers: Set<String>
    }

    let directories: [Directory]

    /// What exists of a group.
    init(existing candidates: [Candidate]) {
        directories = candidates.flatMap { candidate in
            candidate.paths.filter(ControlGroup.exists).map { ControlGroup.directory($0, candidate) }
        }
    }

    /// Makes a group as far as this host lets us; running without one is no error.
    static func make(_ candidates: [Candidate]) -> ControlGroup {
        for candidate in candidates {
            if candidate.isUnified {
                makeUnified(candidate.paths)
            } else {
                _ = candidate.paths.first { mkdir($0, 0o755) == 0 || errno == EEXIST }
            }
        }
        return ControlGroup(existing: candidates)
    }

    /// In the first place where limits can be set; else in the first where it can be made, to keep the processes together.
    private static func makeUnified(_ paths: [String]) {
        var spare: String?
        for path in paths {
            let parent = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
            // Asking for what is not there, or is granted, takes the kernel milliseconds all the same.
            let missing = words(parent + "/cgroup.controllers").subtracting(words(parent + "/cgroup.subtree_control"))
            for controller in ["cpu", "memory"] where missing.contains(controller) {
                try? write("+\(controller)", to: parent + "/cgroup.subtree_control")
            }
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { continue }
            if exists(path + "/memory.max") || exists(path + "/cpu.max") {
                if let spare { rmdir(spare) }
                return
            }
            if spare == nil { spare = path } else { rmdir(path) }
        }
    }

    private static func directory(_ path: String, _ candidate: Candidate) -> Directory {
        guard candidate.isUnified else {
            return Directory(path: path, isUnified: false, controllers: candidate.controllers)
        }
        return Directory(path: path, isUnified: true, controllers: words(path + "/cgroup.controllers"))
    }

    private static func words(_ path: String) -> Set<String> {
        Set((textFile(path) ?? "").split(whereSeparator: \.isWhitespace).map(String.init))
    }

    func directory(of controller: String) -> Directory? { directories.first { $0.controllers.contains(controller) } }

    /// Puts a process in, with all that it will start.
    func add(_ pid: pid_t) throws {
        for directory in directories { try ControlGroup.write("\(pid)", to: directory.path + "/cgroup.procs") }
    }

    func processes() -> Set<pid_t> {
        Set(
            directories.flatMap { directory in
                (textFile(directory.path + "/cgroup.procs") ?? "").split(separator: "\n").compactMap { pid_t($0) }
            })
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func write(_ text: String, to path: String) throws(SystemCallError) {
        let file = try Descriptor(path, O_WRONLY)
        _ = try file.writeNow(Array(text.utf8)[...])
    }
}
