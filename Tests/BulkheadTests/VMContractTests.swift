import Foundation
import IsolationTestSupport
import TestSupport
import Testing

@testable import Isolation
@testable import VMIsolation

extension HostTests {
    /// The launcher of virtual machines keeps the promises of all launchers, with real guests.
    @Suite(.bench) struct VMLauncherContractTests {
        @Test(arguments: LauncherContract.Check.allCases)
        func keeps(_ check: LauncherContract.Check) async throws {
            let bench = try bench()
            let engine = try bench.engine()
            let parts = try bench.containerizer(in: engine)
            let (provisioner, isolators) = await (parts.provisioner, parts.isolators)
            let contract = LauncherContract(
                places: try bench.places(),
                resources: Resources(cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: .mebibytes(32)),
                image: ImageStore.defaultName, provisioner: provisioner, isolators: isolators,
                limit: .seconds(90)
            ) { try bench.containerizer(in: try bench.engine()).launcher }
            try await contract.run(check)
        }
    }

    /// libvirt's QEMU keeps the promises of all hypervisors.
    @Suite(.bench) struct HypervisorContractTests {
        @Test(arguments: HypervisorContract.Check.allCases)
        func keeps(_ check: HypervisorContract.Check) async throws {
            let bench = try bench()
            let parts = try bench.containerizer(in: try bench.engine())
            let launcher = try #require(parts.launcher as? VMLauncher)
            let foreign = try await Foreign(bench)
            do {
                try await HypervisorContract(launcher.hypervisor, foreign: foreign.machine) {
                    try await machine(parts, launcher, bench)
                }.run(check)
            } catch { Issue.record(error) }
            try await foreign.remove()
        }

        /// What the isolators make, up to where the hypervisor comes in.
        private func machine(
            _ parts: Containerizer, _ launcher: VMLauncher, _ bench: Bench
        ) async throws -> HypervisorContract.Machine {
            let config = try Bench.config("true", memory: 128, disk: 32)
            let record = ContainerRecord(
                config, machine: UUID(), created: 1_000_000_000, bootID: "", life: ContainerLife(isolators: 0))
            let places = try bench.places()
            let here = ContainerContext(
                record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in },
                directory: places.container(config.id),
                sandbox: places.sandbox(config.id))
            for directory in [here.directory, places.sandbox(config.id)] { try places.make(directory, mode: 0o711) }
            let (provisioner, isolators) = await (parts.provisioner, parts.isolators)
            var plan = try await provisioner.provision(here, LaunchPlan())
            for isolator in isolators { plan = try await isolator.prepare(here, plan) }
            let (domain, xml) = try await launcher.domain(here, plan)
            return HypervisorContract.Machine(plan: domain, xml: xml) {
                for isolator in isolators.reversed() { try await isolator.cleanup(here) }
                for directory in [here.directory, places.sandbox(config.id)] {
                    try FileManager.default.removeItem(atPath: directory)
                }
            }
        }
    }

    /// A domain that somebody else has defined.
    private struct Foreign {
        let bench: Bench
        let machine = UUID()

        init(_ bench: Bench) async throws {
            self.bench = bench
            let directory = TemporaryDirectory()
            let xml = """
                <domain type='qemu'><name>foreign-\(machine)</name><uuid>\(machine)</uuid><memory>65536</memory>
                <os><type arch='x86_64'>hvm</type></os></domain>
                """
            let defined = try await bench.virsh("define", try directory.file("foreign.xml", Array(xml.utf8)))
            try #require(defined.status == 0, "\(defined)")
        }

        func remove() async throws { #expect(try await bench.virsh("undefine", "\(machine)").status == 0) }
    }
}
