import Glibc
import Isolation

extension ControlGroup {
    /// Keeps the group's processes from forking while they are killed, where version 1 can.
    private func freeze(_ isFrozen: Bool) {
        guard let directory = directories.first(where: { !$0.isUnified && $0.controllers.contains("freezer") }) else {
            return
        }
        try? ControlGroup.write(isFrozen ? "FROZEN" : "THAWED", to: directory.path + "/freezer.state")
    }

    /// Kills everything in the group once; whoever calls asks again until ``processes()`` is empty.
    func kill() {
        for directory in directories where directory.isUnified {
            try? ControlGroup.write("1", to: directory.path + "/cgroup.kill")
        }
        freeze(true)
        for pid in processes() { Glibc.kill(pid, SIGKILL) }
        freeze(false)
    }

    /// Removes the group's directories, and those that its processes made below.
    ///
    /// - Returns: what is left, and why.
    func remove() -> [String] {
        directories.compactMap { directory in
            guard let code = ControlGroup.removeTree(directory.path, depth: 32), code != ENOENT else { return nil }
            return "\(directory.path): \(String(cString: strerror(code)))"
        }
    }

    /// Control groups hold files that cannot be removed, only directories that can.
    private static func removeTree(_ path: String, depth: Int) -> Int32? {
        guard rmdir(path) != 0 else { return nil }
        let code = errno
        guard code == EBUSY || code == ENOTEMPTY, depth > 0, let directory = opendir(path) else { return code }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            guard Int32(entry.pointee.d_type) == Int32(DT_DIR) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { _ = removeTree("\(path)/\(name)", depth: depth - 1) }
        }
        return rmdir(path) == 0 ? nil : errno
    }
}
