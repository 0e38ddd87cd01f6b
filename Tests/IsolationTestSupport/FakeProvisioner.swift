public import Isolation

/// Boots everything from a disk that does not exist. Notes `provisioner.provision build-7`.
public final class FakeProvisioner: Provisioner {
    private let script: Script
    private let journal: Journal
    private let process: FakeProcess

    public init(script: Script = Script(), journal: Journal = Journal(), process: FakeProcess = FakeProcess()) {
        (self.script, self.journal, self.process) = (script, journal, process)
    }

    public func provision(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        try await process.mustLive()
        journal.note("provisioner.provision \(container.id)")
        try await script.next("provision").act()
        var plan = plan
        plan.boot = .disk
        return plan
    }
}
