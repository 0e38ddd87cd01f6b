import Foundation
import HostIsolation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct MonitorConfinementTests {
    /// As Linux 6.18 writes it, of QEMU 7.2 under libvirt 9.0.
    private static let held = """
        Name:\tqemu-system-x86
        Uid:\t1879048200\t1879048200\t1879048200\t1879048200
        Gid:\t107\t107\t107\t107
        CapInh:\t0000000000000000
        CapEff:\t0000000000000000
        NoNewPrivs:\t1
        Seccomp:\t2
        Seccomp_filters:\t1
        """

    @Test func oneThatIsHeldHasNoFlaw() throws {
        #expect(MonitorConfinement(ProcessStatus(Self.held)).flaws.isEmpty)
        try MonitorConfinement(ProcessStatus(Self.held)).check("one", policy: .strict)
    }

    @Test(
        arguments: [
            ("Uid:\t1879048200", "Uid:\t0", .root), ("Uid:\t1879048200\t1879048200", "Uid:\t64055\t0", .root),
            ("CapEff:\t0000000000000000", "CapEff:\t0000000000000002", .capabilities),
            ("Seccomp:\t2", "Seccomp:\t0", .noSeccomp), ("Seccomp:\t2", "Seccomp:\t1", .noSeccomp),
            ("Seccomp:\t2\n", "", .unknown), ("Uid:", "U:", .unknown),
        ] as [(String, String, MonitorConfinement.Flaw)])
    func eachFlawStopsTheLaunch(_ line: String, _ other: String, _ flaw: MonitorConfinement.Flaw) throws {
        let found = MonitorConfinement(ProcessStatus(Self.held.replacing(line, with: other)))
        #expect(found.flaws == [flaw])
        let error = #expect(throws: BulkheadError.self) { try found.check("one", policy: .strict) }
        #expect(error?.reason == .monitorUnconfined && error?.remedy.contains("confinement:\(flaw.rawValue)") == true)
        try found.check("one", policy: LintPolicy(allow: ["confinement:\(flaw.rawValue)"]))
        let others = MonitorConfinement.Flaw.allCases.filter { $0 != flaw }.map { "confinement:\($0.rawValue)" }
        #expect(throws: BulkheadError.self) { try found.check("one", policy: LintPolicy(allow: others)) }
    }

    @Test func oneThatMayHaveAnyNumberOfThreadsIsRefused() throws {
        let found = MonitorConfinement(ProcessStatus(Self.held), isWithinLimit: false)
        #expect(found.flaws == [.threads])
        let error = #expect(throws: BulkheadError.self) { try found.check("one", policy: .strict) }
        #expect(error?.reason == .monitorUnconfined && error?.remedy.contains("confinement:threads") == true)
        try found.check("one", policy: LintPolicy(allow: ["confinement:threads"]))
    }

    @Test func aProcessThatCannotBeSeenIsNotTakenForHeld() {
        #expect(MonitorConfinement(nil).flaws == [.unknown])
        let gone = MonitorProcess(name: "bulkhead-none", machine: UUID())
        #expect(MonitorConfinement(of: gone.pid).flaws == [.unknown])
    }
}
