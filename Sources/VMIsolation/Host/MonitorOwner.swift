import Glibc
import HostIsolation
import Isolation
import Libvirt

/// The user and group that QEMU runs as, and so who must be able to use a container's files.
///
/// Left to itself libvirt gives that user every file a domain names, the images that all guests share among them, and an
/// owner may write. So where we can, we let it use the container's own files ourselves, and libvirt gives it none.
struct MonitorOwner: Hashable {
    let user: uid_t
    let group: gid_t

    /// In the words of libvirt's security labels.
    var label: String { "+\(user):+\(group)" }

    init(user: uid_t, group: gid_t) { (self.user, self.group) = (user, group) }

    /// - Parameter label: as ``label`` gives it.
    init?(label: String) {
        let numbers = label.split(separator: ":").compactMap { uid_t($0.dropFirst()) }
        guard numbers.count == 2 else { return nil }
        self.init(user: numbers[0], group: numbers[1])
    }

    /// The ones that libvirt takes where nothing else is said; nil where it does not tell.
    static func find(_ host: VirtualHost, _ acceleration: DomainPlan.Acceleration) async throws -> MonitorOwner? {
        do {
            return MonitorOwner(capabilities: try await host.connection.capabilities(), acceleration)
        } catch let error as LibvirtError { throw error.named("libvirt's capabilities") }
    }

    /// - Parameter capabilities: what libvirt says of the host, XML.
    init?(capabilities: String, _ acceleration: DomainPlan.Acceleration) {
        let kind = acceleration == .kvm ? "kvm" : "qemu"
        guard let model = capabilities.firstMatch(of: /<model>dac<\/model>(?s:.*?)<\/secmodel>/),
            let base = model.output.matches(of: /<baselabel type='(\w+)'>\+(\d+):\+(\d+)<\/baselabel>/)
                .first(where: { $0.output.1 == kind }),
            let user = uid_t(base.output.2), let group = gid_t(base.output.3)
        else { return nil }
        self.init(user: user, group: group)
    }

    /// Lets a user of the machine's own, where that can be, write the container's disks and read its seed, and nothing
    /// else; images stay as they are. Where neither root nor the file system helps, libvirt gives the files away.
    func takeOver(_ plan: inout DomainPlan) throws(BulkheadError) {
        let owner = alone(for: plan.uuid, plan.acceleration) ?? self
        for disk in plan.disks {
            guard try owner.may(disk.readOnly ? .read : .readAndWrite, disk.file) else { return }
        }
        if let seed = plan.seedFile, try !owner.may(.read, seed) { return }
        plan.monitorUser = owner.label
    }

    /// - Returns: false where that cannot be brought about.
    func may(_ right: AccessList.Right, _ path: String) throws(BulkheadError) -> Bool {
        // What it writes counts as its user's: a quota of that user's holds.
        if right == .readAndWrite, geteuid() == 0 { return try take(path) }
        if try AccessList(right, of: user).set(on: path) { return true }
        return geteuid() == 0 ? try take(path) : false
    }

    private func take(_ path: String) throws(BulkheadError) -> Bool {
        try SystemCallError.writing("file \(path)") { try SystemCallError.check("chown") { lchown(path, user, group) } }
            == 0
    }
}
