import Foundation
import HostIsolation
public import Isolation
import Libvirt

/// The containers of one state directory and one libvirt connection: builds their containerizer from its parts.
public struct Engine: Sendable {
    public let state: StateDirectory
    public let ledger: Ledger
    public let connection: String
    /// Directory of the shipped templates.
    let templates: String
    let link: HostLink

    /// - Throws: ``BulkheadError`` with `badOption` or `stateUnusable`.
    public init(state: StateDirectory, connection: String, templates: String) throws(BulkheadError) {
        try Engine.check(connection: connection)
        self.state = state
        self.connection = connection
        self.templates = templates
        ledger = try Ledger(path: state.ledger)
        link = HostLink(uri: connection)
    }

    /// - Throws: ``BulkheadError`` with `badOption`.
    static func check(connection: String) throws(BulkheadError) {
        guard let url = URLComponents(string: connection), url.scheme == "qemu", (url.host ?? "").isEmpty else {
            throw BulkheadError(
                .badOption, "--connect \(connection)", "it is not this host's QEMU",
                remedy: "give qemu:///system; disks and keys are made on this host, so guests must run here")
        }
    }

    /// How an operator wants virtual machines to be.
    public struct Machines: Sendable {
        public var images: ImageStore
        public var template: DomainTemplate
        public var policy = LintPolicy.strict
        /// Nil: a network of our own.
        public var network: String?
        /// Some of them may have a way out.
        public var reachOut = false
        public var acceleration = AccelerationPolicy.auto
        /// Of those that name none of their own.
        public var rates = RateLimits()
        public var budgets = LaunchBudgets()

        public init(images: ImageStore, template: DomainTemplate) {
            self.images = images
            self.template = template
        }
    }

    /// - Throws: ``BulkheadError`` with `badOption` for an isolator or external program that is not to be had.
    public func containerizer(_ machines: Machines, _ list: IsolationList) throws(BulkheadError) -> Containerizer {
        let hypervisor = LibvirtHypervisor(link: link, policy: machines.policy, state: state)
        var provisioner: any Provisioner = NoProvisioner()
        let launcher: any Launcher
        switch list.launcher {
        case .vm:
            launcher = machine(hypervisor, machines)
            provisioner = ImageProvisioner(images: machines.images, acceleration: machines.acceleration)
        case .process: launcher = ProcessLauncher(places: state, owner: ledger.owner)
        case .external(let program):
            launcher = try ExternalLauncher(program: program, places: state, owner: ledger.owner)
        }
        var isolators: [any Isolator] = []
        for name in list.isolators { isolators.append(try isolator(name, launcher, hypervisor, machines)) }
        let state = state
        let needsLibvirt = list.launcher == .vm
        var options = Containerizer.Options(bootID: ProcessIdentity.thisBoot) {
            if needsLibvirt { return try await hypervisor.capacity() }
            var capacity = Host.capacity(disk: state.root)
            capacity.leastMemory = .mebibytes(1)
            return capacity
        }
        options.budgets = machines.budgets
        return try Containerizer(
            launcher: launcher, isolators: isolators, provisioner: provisioner, store: store, places: state,
            options: options)
    }

    private func machine(_ hypervisor: LibvirtHypervisor, _ machines: Machines) -> VMLauncher {
        let link = link
        let settings = VMLauncher.Settings(
            template: machines.template, policy: machines.policy, templates: templates, owner: ledger.owner)
        return VMLauncher(hypervisor: hypervisor, settings: settings) {
            try await MonitorOwner.find(try await link.connect(), $0)
        }
    }

    func network(_ machines: Machines) -> NetworkIsolator {
        NetworkIsolator(link: link, ledger: ledger, state: state, templates: templates, network: machines.network,
            rates: machines.rates)
    }

    private func isolator(
        _ name: String, _ launcher: any Launcher, _ hypervisor: LibvirtHypervisor, _ machines: Machines
    ) throws(BulkheadError) -> any Isolator {
        switch name {
        case "vm/compute": return ComputeIsolator(hypervisor: hypervisor)
        case "vm/disk": return DiskIsolator(hypervisor: hypervisor, cache: state.cache + "/scratch", rates: machines.rates)
        case "vm/network": return network(machines)
        case "vm/identity": return IdentityIsolator()
        case "vm/console": return ConsoleIsolator(state: state)
        case "process/cgroups": return ProcessGroupsIsolator()
        case "vm/sandbox": return SandboxIsolator(name: name, interval: nil)
        case "process/sandbox", "external/sandbox": return SandboxIsolator(name: name, interval: .seconds(5))
        case "vm/time", "process/time", "external/time": return TimeIsolator(name: name)
        default:
            if let launcher = launcher as? ExternalLauncher, name == "external/resources" {
                return ExternalIsolator(launcher)
            }
            throw BulkheadError(.badOption, "--isolation “\(name)”", "there is no isolator of this name", remedy: "")
        }
    }
}

/// For launchers that run what the host has.
struct NoProvisioner: Provisioner {
    func provision(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan { plan }
}

/// This host, as its kernel tells.
public enum Host {
    static func capacity(disk path: String) -> HostCapacity {
        let space = try? FileManager.default.attributesOfFileSystem(forPath: path)[.systemFreeSize] as? NSNumber
        return HostCapacity(
            processors: ProcessInfo.processInfo.processorCount,
            memory: Memory(bytes: ProcessInfo.processInfo.physicalMemory), disk: Memory(bytes: space?.uint64Value ?? 0))
    }
}
