import Foundation
import Glibc
import Isolation

extension MonitorOwner {
    /// Users from here on belong to nobody else. Source: systemd's table of users and groups, UIDS-GIDS.md.
    private static let first: uid_t = 0x7000_0000
    private static let count: uid_t = 1 << 27

    /// Whether no other machine's monitor runs as this user.
    var isAlone: Bool { Self.first..<Self.first + Self.count ~= user }

    /// What such a user's monitor must reach.
    struct Reach {
        /// Where libvirt keeps what it gives to QEMU.
        var libraries = "/var/lib/libvirt/qemu"
        var kvm = "/dev/kvm"
        var users = "/proc/self/uid_map"
    }

    /// A user that one machine's monitor runs as, and no other: one that breaks out of its QEMU is kept from the files and
    /// processes of all others. It follows from the machine's id, so nothing is to be stored or given back; that two
    /// of a thousand machines share one has a chance of 1 in 270.
    ///
    /// The group is QEMU's, or the one that opens `/dev/kvm`: nothing of ours is open to either.
    ///
    /// - Returns: nil where it could not work, see ``obstacle(_:_:)``.
    func alone(for machine: UUID, _ acceleration: DomainPlan.Acceleration, _ reach: Reach = Reach()) -> MonitorOwner? {
        var kvm = stat()
        let groups = stat(reach.kvm, &kvm) == 0 && acceleration == .kvm ? [group, kvm.st_gid] : [group]
        let number = withUnsafeBytes(of: machine.uuid) { $0.loadUnaligned(as: UInt32.self) }
        return groups.map { MonitorOwner(user: Self.first + number % Self.count, group: $0) }
            .first { $0.barrier(acceleration, reach) == nil }
    }

    /// Why machines share one user on this host; nil where each has its own.
    func obstacle(_ acceleration: DomainPlan.Acceleration, _ reach: Reach = Reach()) -> String? {
        guard alone(for: UUID(), acceleration, reach) == nil else { return nil }
        return MonitorOwner(user: Self.first, group: group).barrier(acceleration, reach)
    }

    private func barrier(_ acceleration: DomainPlan.Acceleration, _ reach: Reach) -> String? {
        let map = FileManager.default.contents(atPath: reach.users).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard Self.isMapped(Self.first + Self.count - 1, map) else { return "this user namespace has no such users" }
        guard group != 0 else { return "libvirt starts QEMU in root's group" }
        let walk = PathWalk(user: MonitorUser(of: self))
        if let barrier = walk.checks("", reach.libraries).first(where: { $0.verdict == .failure }) {
            return "\(barrier.evidence); \(barrier.fix)"
        }
        return acceleration == .tcg || walk.mayUse(reach.kvm) ? nil : "it may not open \(reach.kvm)"
    }

    /// - Parameter map: lines of first user inside, first outside, how many.
    private static func isMapped(_ user: uid_t, _ map: String) -> Bool {
        map.split(separator: "\n").contains { line in
            let numbers = line.split(separator: " ").compactMap { UInt64($0) }
            return numbers.count == 3 && numbers[0]..<numbers[0] + numbers[2] ~= UInt64(user)
        }
    }
}
