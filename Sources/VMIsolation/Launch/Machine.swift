import Foundation
import Isolation
import Libvirt

/// One guest's outside: its ledger row, files, address and domain.
struct Machine: Sendable {
    let container: ContainerID
    let plan: DomainPlan
    let identity: GuestIdentity
    let network: GuestNetwork
    /// Known beforehand on our own network.
    let reservedAddress: String?
    let host: VirtualHost

    /// Defines the domain, compares what libvirt kept with what was asked, starts it with its limits in force.
    ///
    /// The memory limit is set on the started but still paused domain: in the XML it makes the daemon raise its
    /// locked-memory limit, which daemons without CAP_SYS_RESOURCE cannot.
    func start(xml: String, policy: LintPolicy) async throws {
        let domain: Domain
        do { domain = try await host.connection.defineDomain(xml: xml, validate: true) } catch let error as LibvirtError
        {
            throw error.named("domain \(plan.name)", .templateRejected)
        }
        try DomainReadBack.check(try await domain.xml(.inactive), against: plan, policy: policy)
        do {
            try await domain.start(paused: true)
            try await domain.setMemoryParameters(
                MemoryParameters(hardLimit: Kibibytes(plan.hardLimit.kibibytes)), .live)
            try await domain.resume()
        } catch let error as LibvirtError {
            var failure = error.named("domain \(plan.name)", .startFailed)
            failure.evidence = obstacles()
            throw failure
        }
    }

    /// The files of the image that QEMU's user cannot read; libvirt leaves them as they are.
    private func obstacles() -> [String] {
        var files = plan.disks.compactMap(\.backing?.file)
        if case .kernel(let kernel, let initrd, _) = plan.boot { files += [kernel, initrd] }
        let user = MonitorUser()
        let checks = files.flatMap { PathWalk(user: user).checks("image file", $0) }
        return checks.filter { $0.verdict == .failure }.map { "\($0.evidence); \($0.fix)" }
    }
}
