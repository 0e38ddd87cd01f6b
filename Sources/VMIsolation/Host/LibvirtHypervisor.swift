import Foundation
import HostIsolation
import Isolation
import Libvirt

/// The core's hypervisor by libvirt's QEMU driver on this host. Survives restarts of the daemon.
struct LibvirtHypervisor: Hypervisor {
    let link: HostLink
    let policy: LintPolicy
    /// Where the containers' disks are.
    let state: StateDirectory

    func capacity() async throws -> HostCapacity {
        do { return try await link.connect().capacity(disk: state.root) } catch let error as LibvirtError {
            throw error.named("capacity of the host")
        }
    }

    /// The memory limit is set on the started but still paused domain: in the XML it makes the daemon raise its
    /// locked-memory limit, which daemons without CAP_SYS_RESOURCE cannot.
    func start(_ plan: DomainPlan, xml: String) async throws {
        let host = try await link.connect()
        let domain: Domain
        do { domain = try await host.connection.defineDomain(xml: xml, validate: true) } catch let error as LibvirtError
        {
            throw error.named("domain \(plan.name)", .templateRejected)
        }
        do {
            try DomainReadBack.check(try await domain.xml(.inactive), against: plan, policy: policy)
            try await domain.start(paused: true)
            try await confine(MonitorProcess(domain).pid, plan)
            try await domain.setMemoryParameters(
                MemoryParameters(hardLimit: Kibibytes(plan.hardLimit.kibibytes)), .live)
            try await domain.resume()
        } catch let error as LibvirtError {
            var failure = error.named("domain \(plan.name)", .startFailed)
            failure.evidence = obstacles(plan)
            throw failure
        }
    }

    /// Before the guest's first instruction.
    private func confine(_ pid: pid_t?, _ plan: DomainPlan) async throws {
        let limit = ThreadLimit.isAllowed ? ThreadLimit(plan) : nil
        if let pid { try await limit?.set(on: pid) }
        try MonitorConfinement(of: pid, within: limit).check(plan.name, policy: policy)
    }

    /// The files of the image that QEMU's user cannot read; libvirt leaves them as they are.
    private func obstacles(_ plan: DomainPlan) -> [String] {
        var files = plan.disks.compactMap(\.backing?.file)
        if case .kernel(let kernel, let initrd, _) = plan.boot { files += [kernel, initrd] }
        let user = plan.monitorUser.flatMap { MonitorOwner(label: $0) }.map { MonitorUser(of: $0) } ?? MonitorUser()
        let checks = files.flatMap { PathWalk(user: user).checks("image file", $0) }
        return checks.filter { $0.verdict == .failure }.map { "\($0.evidence); \($0.fix)" }
    }

    /// Until there is none of it: a call of a killed process of ours, to define or start it, may still be under way.
    func remove(_ machine: UUID) async throws {
        let host = try await link.reconnect(for: .seconds(20))
        for _ in 0..<10 {
            do { try await remove(try await host.connection.domain(uuid: machine)) } catch let error as LibvirtError {
                if error.code == .noDomain { return }
                throw error.named("domain \(machine)", .cleanupIncomplete)
            }
        }
        throw BulkheadError(
            .cleanupIncomplete, "domain \(machine)", "it comes back", remedy: "see who defines it, then: bulkhead sweep"
        )
    }

    /// Ends and forgets a domain with all that libvirt keeps of it.
    private func remove(_ domain: Domain) async throws {
        let process = MonitorProcess(domain)
        if try await domain.isActive() {
            let monitor = Self.hold(await process.endUnseen())
            try await ignoringGone { try await domain.destroy() }
            monitor.cancel()
        }
        try await ignoringGone {
            try await domain.undefine([.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram])
        }
        if process.isAlive {
            throw BulkheadError(
                .cleanupIncomplete, "domain \(domain.name)", "its QEMU process \(process) still runs",
                remedy: "bulkhead sweep tries again")
        }
    }

    /// Whoever asks the monitor something now is answered by its end only, and libvirt waits for them: it is not kept from
    /// seeing that end for longer than it takes to begin.
    private static func hold(_ monitor: [Descriptor]?) -> Task<Void, Never> {
        Task {
            try? await Task.sleep(for: .milliseconds(30))
            withExtendedLifetime(monitor) {}
        }
    }

    /// Somebody else may be as quick as we.
    private func ignoringGone(_ call: () async throws -> Void) async throws {
        do { try await call() } catch let error as LibvirtError
            where [.noDomain, .operationInvalid].contains(error.code)
        {}
    }

    func state(of machine: UUID) async throws -> MachineState {
        guard let domain = try await domain(machine) else { return .gone }
        do { return MachineState(try await domain.state()) } catch let error as LibvirtError {
            if error.code == .noDomain { return .gone }
            throw error.named("domain \(machine)")
        }
    }

    /// - Returns: nil where libvirt knows of none.
    func domain(_ machine: UUID) async throws -> Domain? {
        do { return try await link.connect().connection.domain(uuid: machine) } catch let error as LibvirtError {
            if error.code == .noDomain { return nil }
            throw error.named("domain \(machine)")
        }
    }

    func events(of machine: UUID) async throws -> any AsyncSequence<MachineEvent, Never> & Sendable {
        // Without a domain to ask for, libvirt would tell of all.
        guard let domain = try await domain(machine) else { return AsyncStream<MachineEvent> { $0.finish() } }
        return try await link.connect().connection
            .domainEvents([.lifecycle, .reboot, .ioError, .watchdog, .balloonChange], of: domain)
            .map { MachineEvent($0.content) }
    }

    func machines() async throws -> [FoundMachine] {
        let host = try await link.reconnect(for: .seconds(20))
        let running = Set(try await host.connection.domains(.active).map(\.uuid))
        var found: [FoundMachine] = []
        for domain in try await host.connection.domains() {
            let tag = try? await OwnerTag(domain)
            found.append(
                FoundMachine(
                    id: domain.uuid, name: domain.name, owner: tag?.owner, isRunning: running.contains(domain.uuid),
                    created: tag?.created))
        }
        return found
    }
}
