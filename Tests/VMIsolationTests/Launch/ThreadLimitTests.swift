import Glibc
import HostIsolation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct ThreadLimitTests {
    private func plan(user: String?, cpus: Int) throws -> DomainPlan {
        var plan = try TemplateSamples.plan()
        plan.monitorUser = user
        plan.cpu = CPUAllocation(CPUs(thousandths: cpus))
        return plan
    }

    /// One user's machines are counted together.
    @Test func aUserOfOneMachineHasFewer() throws {
        #expect(try ThreadLimit(plan(user: "+1879048192:+107", cpus: 1500)).most == 258)
        #expect(try ThreadLimit(plan(user: "+64055:+107", cpus: 1500)).most == 16384)
        #expect(try ThreadLimit(plan(user: nil, cpus: 1500)).most == 16384)
    }

    @Test(arguments: [
        ("Max processes             96365                96365                processes ", 96365),
        ("Max cpu time              unlimited  unlimited  seconds\nMax processes   100  unlimited  processes", .max),
        ("Max processes             258                  300                  processes", 300),
        ("Max open files            20000                20000                files", nil), ("", nil),
    ] as [(String, UInt64?)])
    func whatTheKernelSaysIsRead(_ text: String, _ most: UInt64?) { #expect(ProcessLimits(text).mostProcesses == most) }

    @Test func itIsSetAndNeverRaised() async throws {
        let program = try RunningProgram(["/bin/sleep", "1000"].map { Array($0.utf8) }, environment: [])
        let limit = ThreadLimit(try plan(user: nil, cpus: 1000))
        #expect(!limit.holds(program.identifier))
        try await limit.set(on: program.identifier)
        #expect(ProcessLimits(of: program.identifier)?.mostProcesses == 16384)
        try await ThreadLimit(plan(user: "+1879048192:+107", cpus: 1000)).set(on: program.identifier)
        #expect(ProcessLimits(of: program.identifier)?.mostProcesses == 257)
        try await limit.set(on: program.identifier)
        #expect(ProcessLimits(of: program.identifier)?.mostProcesses == 257 && limit.holds(program.identifier))
        program.signal(SIGKILL)
        _ = try await program.wait(within: .seconds(20))
        #expect(!limit.holds(program.identifier))
    }
}
