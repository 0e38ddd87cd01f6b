import Foundation
import Isolation
import IsolationTestSupport

@testable import VMIsolation

/// What a launcher of virtual machines is given where nothing is real.
enum FakePlan {
    static func domain() throws -> DomainPlan {
        var plan = try TemplateSamples.plan()
        plan.name = "bulkhead-" + UUID().uuidString.prefix(8).lowercased()
        return plan
    }

    /// A machine that runs on the fake.
    static func running(on hypervisor: FakeHypervisor) async throws -> UUID {
        let plan = try domain()
        try await hypervisor.start(plan, xml: "")
        return plan.uuid
    }

    static func context(_ name: String) throws -> ContainerContext {
        let record = ContainerRecord(
            try FakeHousehold.config(name), machine: UUID(), created: 7, bootID: "", life: ContainerLife(isolators: 0))
        return ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: "/nowhere/\(name)",
            sandbox: nil)
    }

    /// Everything that a machine cannot be without.
    static func launch(_ here: ContainerContext) throws -> LaunchPlan {
        let domain = try TemplateSamples.plan()
        var plan = LaunchPlan()
        (plan.acceleration, plan.boot, plan.cpu) = (domain.acceleration, domain.boot, domain.cpu)
        (plan.memory, plan.hardLimit) = (domain.memory, domain.hardLimit)
        plan.disks = domain.disks.map { disk in
            var own = disk
            own.file = "\(here.directory)/\(disk.serial)"
            return own
        }
        (plan.interface, plan.consoleLog, plan.rates) = (domain.interface, domain.consoleLog, domain.rates)
        return plan
    }

    static func launcher(_ hypervisor: FakeHypervisor) throws -> VMLauncher {
        let directory = TemplateSamples.directory
        let settings = VMLauncher.Settings(
            template: try DomainTemplate.builtIn(in: directory), policy: .strict, templates: directory, owner: "me")
        return VMLauncher(hypervisor: hypervisor, settings: settings) { _ in nil }
    }
}
