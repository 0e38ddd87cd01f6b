import Glibc
import Isolation
import Libvirt

/// The user and group that libvirt starts QEMU as, and so who must own what QEMU writes.
///
/// Left to itself libvirt gives that user every file a domain names, the images that all guests share among them, and an
/// owner may write. So where we can, we hand over the container's own files ourselves, and libvirt none.
struct MonitorOwner: Hashable {
    let user: uid_t
    let group: gid_t

    /// In the words of libvirt's security labels.
    var label: String { "+\(user):+\(group)" }

    /// Nil where only libvirt can give files away: we are not root, or it does not say whom to.
    static func find(_ host: VirtualHost, _ acceleration: DomainPlan.Acceleration) async throws -> MonitorOwner? {
        guard geteuid() == 0 else { return nil }
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
        (self.user, self.group) = (user, group)
    }

    /// Gives one file of ours away.
    func take(_ path: String) throws(BulkheadError) {
        _ = try SystemCallError.writing("file \(path)") { try SystemCallError.check("chown") { lchown(path, user, group) } }
    }
}
