import Glibc
import Isolation

/// A user of this host.
struct HostUser: Hashable, Sendable {
    let name: String
    let uid: uid_t
    let gid: gid_t
    let home: String

    /// Finds whom a command is to run as. `root`, the default, is whoever runs us where that is another.
    ///
    /// - Throws: ``BulkheadError`` with `badOption` or `permissionDenied`.
    static func named(_ name: String) throws(BulkheadError) -> HostUser {
        let own = geteuid()
        if name == "root" || name == "0", own != 0, let me = find(uid: own) { return me }
        guard let user = find(name) ?? uid_t(name).flatMap({ find(uid: $0) }) else {
            throw BulkheadError(
                .badOption, "user “\(name)”", "this host has no such user", remedy: "name a user of the host, or root")
        }
        guard own == 0 || user.uid == own else {
            throw BulkheadError(
                .permissionDenied, "user “\(name)”", "only root may run a process as another user",
                remedy: "run Bulkhead as root, or leave the user out")
        }
        return user
    }

    var isOurs: Bool { uid == geteuid() }

    private static func find(_ name: String) -> HostUser? { find { getpwnam_r(name, $0, $1, $2, $3) } }
    private static func find(uid: uid_t) -> HostUser? { find { getpwuid_r(uid, $0, $1, $2, $3) } }

    private typealias Result = UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>

    private static func find(
        _ ask: (UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, Result) -> Int32
    ) -> HostUser? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        return buffer.withUnsafeMutableBufferPointer { space in
            guard let base = space.baseAddress, ask(&entry, base, space.count, &found) == 0, found != nil else {
                return nil
            }
            return HostUser(
                name: String(cString: entry.pw_name), uid: entry.pw_uid, gid: entry.pw_gid,
                home: String(cString: entry.pw_dir))
        }
    }
}
