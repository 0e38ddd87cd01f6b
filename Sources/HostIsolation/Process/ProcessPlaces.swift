import Glibc
import Isolation

/// Where a process container's things are on the host.
struct ProcessPlaces: Sendable {
    let directory: String
    /// What a guest would know as `/sandbox`.
    let work: String

    init(_ container: ContainerContext) {
        directory = container.directory
        work = container.ownSandbox
    }

    var result: String { directory + "/result" }
    func spool(_ name: String) -> String { "\(directory)/\(name).spool" }

    /// A path of the command's, on this host: `/sandbox` and what is below are the container's own, all else is the host's.
    func hostPath(_ path: String) -> String {
        let standard = TaskCommand.scratchDirectory
        if path == standard { return work }
        if path.hasPrefix(standard + "/") { return work + path.dropFirst(standard.count) }
        return path.hasPrefix("/") ? path : "\(work)/\(path)"
    }

    /// Makes the directory that the command runs in, and gives it the container's own.
    func make(_ command: TaskCommand, for user: HostUser) throws {
        let place = hostPath(command.directory)
        let isOurs = place == work || place.hasPrefix(work + "/")
        var made = ""
        for part in place.split(separator: "/", omittingEmptySubsequences: true) {
            made += "/\(part)"
            guard mkdir(made, 0o755) == 0 || made == work else { continue }
            if isOurs { try SystemCallError.check("chown \(made)") { lchown(made, user.uid, user.gid) } }
        }
        guard access(place, F_OK) == 0 else { throw SystemCallError(call: "mkdir \(place)", code: errno) }
    }
}

/// A path without links; nil where nothing is there.
func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}
