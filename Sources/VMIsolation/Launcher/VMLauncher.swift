import Foundation
import Isolation
import Synchronization

/// Runs each container in a virtual machine of its own. Read with `VMLauncher+Reach.swift` (from a started machine to a
/// session with its guest) and `VMLauncher+Run.swift` (the command).
final class VMLauncher: Launcher {
    struct Settings: Sendable {
        var template: DomainTemplate
        var policy: LintPolicy
        /// Directory of `launcher.sh`.
        var templates: String
        /// The state directory's id, for the domains' tags.
        var owner: String

        init(template: DomainTemplate, policy: LintPolicy, templates: String, owner: String) {
            self.template = template
            self.policy = policy
            self.templates = templates
            self.owner = owner
        }
    }

    let name = "vm"
    let hypervisor: any Hypervisor
    let settings: Settings
    /// Hands files over to the user that the machine monitor runs as.
    let monitor: @Sendable (DomainPlan.Acceleration) async throws -> MonitorOwner?
    /// The sessions of commands that run: where their signals go.
    let sessions = Mutex<[ContainerID: any GuestChannel]>([:])
    private let watches = Mutex<[ContainerID: MachineWatch]>([:])

    init(
        hypervisor: any Hypervisor, settings: Settings,
        monitor: @escaping @Sendable (DomainPlan.Acceleration) async throws -> MonitorOwner?
    ) {
        self.hypervisor = hypervisor
        self.settings = settings
        self.monitor = monitor
    }

    func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws {
        let (domain, xml) = try await domain(container, plan)
        try Task.checkCancellation()
        try await hypervisor.start(domain, xml: xml)
    }

    /// The machine as it is to be, in our words and in libvirt's; its files are its monitor's afterwards.
    func domain(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> (plan: DomainPlan, xml: String) {
        var domain = try DomainPlan(
            container, plan, owner: settings.owner, templateDigest: settings.template.digest)
        if let owner = try await monitor(domain.acceleration) { try owner.takeOver(&domain) }
        return (domain, try settings.template.render(domain, policy: settings.policy))
    }

    func stop(_ container: ContainerContext) async throws {
        watches.withLock { $0.removeValue(forKey: container.id) }?.stop()
        try await hypervisor.remove(container.record.machine)
    }

    func ended(_ container: ContainerContext) async throws -> Termination {
        try await watch(container).end.value()
    }

    func watch(_ container: ContainerContext) -> MachineWatch {
        watches.withLock { watches in
            if let watch = watches[container.id] { return watch }
            let watch = MachineWatch(container.record.machine, hypervisor)
            watches[container.id] = watch
            return watch
        }
    }

    func machines() async throws -> [FoundMachine] { try await hypervisor.machines() }

    func remove(_ orphan: FoundMachine) async throws { try await hypervisor.remove(orphan.id) }

    func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics] {
        let machines = try await hypervisor.statistics()
        var all: [ContainerID: MachineStatistics] = [:]
        for container in containers { all[container.id] = machines[container.record.machine] }
        return all
    }

    func evidence(_ container: ContainerContext) -> [String] {
        ConsoleLog(path: container.directory + "/console.log").lastLines()
    }
}

extension DomainPlan {
    static func name(of container: ContainerID) -> String { "bulkhead-\(container)" }

    /// - Throws: ``BulkheadError`` with `badOption` where no isolator has given what a machine cannot be without.
    init(_ container: ContainerContext, _ plan: LaunchPlan, owner: String, templateDigest: String) throws(BulkheadError)
    {
        func given<Value>(_ part: Value?, _ what: String, by isolator: String) throws(BulkheadError) -> Value {
            if let part { return part }
            throw BulkheadError(
                .badOption, "--isolation", "no isolator gives the machine \(what)", remedy: "add \(isolator), or use vm"
            )
        }
        try DomainPlan.check(plan.disks, in: container.directory)
        self.init(
            name: DomainPlan.name(of: container.id), uuid: container.record.machine,
            owner: .init(
                owner: owner, container: container.id, created: container.record.created, templateDigest: templateDigest
            ),
            acceleration: try given(plan.acceleration, "a processor", by: "an image"),
            cpu: try given(plan.cpu, "processors", by: "vm/compute"),
            memory: try given(plan.memory, "memory", by: "vm/compute"),
            hardLimit: try given(plan.hardLimit, "a memory limit", by: "vm/compute"),
            boot: try given(plan.boot, "anything to boot from", by: "an image"), disks: plan.disks,
            interface: try given(plan.interface, "a network interface", by: "vm/network"), seedFile: plan.seedFile,
            consoleLog: try given(plan.consoleLog, "a console", by: "vm/console"))
        rates = plan.rates
    }
}

extension DomainPlan {
    /// What a machine may write is its container's own, and no disk hides another: both go wrong where isolators are named
    /// in an order that does not work.
    private static func check(_ disks: [Disk], in directory: String) throws(BulkheadError) {
        for disk in disks where !disk.file.hasPrefix(directory + "/") {
            throw BulkheadError(
                .badOption, "--isolation", "disk \(disk.target) is \(disk.file), which is not the container's own",
                remedy: "vm/disk makes an overlay of it: name it, or use vm")
        }
        for (number, disk) in disks.enumerated() where disks[..<number].contains(where: { $0.target == disk.target }) {
            throw BulkheadError(
                .badOption, "--isolation", "two disks are to be \(disk.target)",
                remedy: "name vm/disk before vm/identity, or use vm")
        }
    }
}
