import Glibc

/// A user by `/etc/passwd` and `/etc/group`: a static program has no other directory.
struct User {
    let name: String
    let uid: uid_t
    let gid: gid_t
    let home: String
    /// All groups.
    let groups: [gid_t]

    /// By name, or by number where no name is the same.
    init?(_ wanted: String) {
        let users = Self.lines("/etc/passwd").filter { $0.count >= 6 }
        guard let user = users.first(where: { $0[0] == wanted }) ?? users.first(where: { $0[2] == wanted }),
            let uid = uid_t(user[2]), let gid = gid_t(user[3])
        else { return nil }
        let name = String(user[0])
        (self.name, self.uid, self.gid, home) = (name, uid, gid, String(user[5]))
        let others = Self.lines("/etc/group").filter { line in
            line.count >= 4 && line[3].split(separator: ",").contains { $0 == name }
        }
        groups = [gid] + others.compactMap { gid_t($0[2]) }.filter { $0 != gid }
    }

    private static func lines(_ path: String) -> [[Substring]] {
        String(decoding: System.contents(path), as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ":", omittingEmptySubsequences: false) }
    }
}
