import IsolationTestSupport
import Isolation
import TestSupport
import Testing

/// The fakes keep the contracts that the real things keep.
@Suite struct ContractTests {
    @Test(arguments: LauncherContract.Check.allCases)
    func theFakeLauncherKeeps(_ check: LauncherContract.Check) async throws {
        let (directory, host) = (TemporaryDirectory(), FakeHost())
        let places = try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
        let contract = LauncherContract(places: places, commands: .fake) { FakeLauncher(host: host) }
        try await contract.run(check)
        #expect(host.all.isEmpty)
    }

    @Test(arguments: CheckpointStoreContract.Check.allCases)
    func theMemoryStoreKeeps(_ check: CheckpointStoreContract.Check) throws {
        let disk = MemoryDisk()
        try CheckpointStoreContract { MemoryStore(disk: disk) }.run(check)
    }

    /// Each fault is found by the check that is there for it.
    @Test(
        arguments: [
            (.everythingEndsWell, [.trueExitCode, .trueSignal]), (.doublesOutput, [.outputOnce]),
            (.losesErrors, [.outputOnce]),
            (.neverSaysThatTheCommandRuns, [.tellsOnceThatTheCommandRuns]),
            (.stopLeavesTheMachine, [.stopBeforeCommand, .stopWhileCommandRuns, .stopAfterCommand]),
            (.stopsOnlyOnce, [.stopTwice]), (.stopNeedsAStart, [.stopBeforeStart]),
            (.endedIsDeaf, [.endedHeedsCancellation]), (.executeIsDeaf, [.executeHeedsCancellation]),
            (.dropsSignals, [.signalReachesCommand, .resumesRunningCommand]),
            (.signalEndsTheMachine, [.signalWithoutCommand]),
            (.listsNothing, [.listsItsMachine, .removesOrphan]), (.bearsNoTag, [.listsItsMachine]),
            (.leavesOrphans, [.removesOrphan]), (.measuresOnlyTheFirst, [.statisticsOfMany]),
            (.inventsStatistics, [.statisticsOfMany]),
            (.forgetsAfterARestart, [.resumesRunningCommand, .resumesEndedCommand]),
            (.besideEndsWell, [.besideTrueEnd]), (.besideIsMute, [.besideStreams]),
            (.besideIsDeaf, [.besideHeedsCancellation]), (.besideGoesOn, [.besideHeedsCancellation]),
            (.besideDropsSignals, [.besideHearsItsSignals]),
            (.besideIsRefused, [.besideTrueEnd, .besideStreams, .besideHearsItsSignals]),
        ] as [(FaultyLauncher.Fault, [LauncherContract.Check])])
    func aFaultIsFound(_ fault: FaultyLauncher.Fault, _ checks: [LauncherContract.Check]) async throws {
        for check in checks {
            let (directory, host) = (TemporaryDirectory(), FakeHost())
            let places = try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
            let contract = LauncherContract(places: places, commands: .fake, limit: .seconds(1)) {
                FaultyLauncher(fault, host)
            }
            await #expect(throws: (any Error).self, "\(check)") { try await contract.run(check) }
        }
    }
}
