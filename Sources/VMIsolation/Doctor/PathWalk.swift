import Foundation
import Glibc

/// The user that QEMU runs as, by the names distributions give it.
struct MonitorUser {
    let name: String
    let uid: uid_t
    let groups: Set<gid_t>
    let check: Check

    /// One without a name, in one group.
    init(of owner: MonitorOwner) {
        (name, uid, groups) = ("QEMU's user", owner.user, [owner.group])
        check = .ok("monitor's user", "\(name), uid \(uid)")
    }

    init() {
        for name in ["libvirt-qemu", "qemu"] {
            guard let entry = getpwnam(name) else { continue }
            self.name = name
            uid = entry.pointee.pw_uid
            var found = [gid_t](repeating: 0, count: 64)
            var count = Int32(found.count)
            getgrouplist(name, entry.pointee.pw_gid, &found, &count)
            groups = Set(found.prefix(max(0, Int(count))))
            check = .ok("monitor's user", "\(name), uid \(uid)")
            return
        }
        name = "root"
        uid = 0
        groups = [0]
        check = .warning(
            "monitor's user", "neither libvirt-qemu nor qemu exists", fix: "apt-get install libvirt-daemon-system")
    }
}

/// Walks a path from the root as the machine monitor's user would, and names the directory or file that denies it.
struct PathWalk {
    let user: MonitorUser

    func checks(_ name: String, _ path: String) -> [Check] {
        var walked = ""
        for component in path.split(separator: "/").dropLast() {
            walked += "/" + component
            var status = stat()
            guard stat(walked, &status) == 0 else {
                return [
                    .failure(
                        name, "\(walked): \(String(cString: strerror(errno)))",
                        fix: "make it, or correct the configured path")
                ]
            }
            guard allows(status, 1) else { return [barred(name, walked, status)] }
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            return [.failure(name, "\(path): \(String(cString: strerror(errno)))", fix: "build the image anew")]
        }
        if status.kind == S_IFDIR {
            return [allows(status, 1) ? .ok(name, "\(user.name) reaches \(path)") : barred(name, path, status)]
        }
        guard allows(status, 4) else {
            return [
                .failure(
                    name, "\(path): \(user.name) may not read it (mode \(String(status.st_mode & 0o7777, radix: 8)))",
                    fix: "chmod o+r \(path)")
            ]
        }
        return [.ok(name, "\(user.name) reaches \(path)")]
    }

    /// Whether it may read and write the device itself.
    func mayUse(_ device: String) -> Bool {
        var status = stat()
        return stat(device, &status) == 0 && allows(status, 6)
    }

    private func barred(_ name: String, _ directory: String, _ status: stat) -> Check {
        .failure(
            name, "\(directory): \(user.name) may not pass (mode \(String(status.st_mode & 0o7777, radix: 8)))",
            fix: "chmod o+x \(directory), or keep state elsewhere: BULKHEAD_STATE_DIR, BULKHEAD_CACHE_DIR")
    }

    private func allows(_ status: stat, _ bit: mode_t) -> Bool {
        if user.uid == 0 { return true }
        let shift: mode_t = status.st_uid == user.uid ? 6 : user.groups.contains(status.st_gid) ? 3 : 0
        return status.st_mode >> shift & bit == bit
    }
}
