import Foundation
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

@Suite struct ProcessTests {
    /// So that this test's processes are told from all others.
    private let nap = "\(Int.random(in: 1_000_000...9_999_999))"
    private static let daemons =
        "for i in 1 2 3; do (setsid sh -c '(sleep 3600 &)' &); done; sleep 0.2; echo ready; sleep 3600"

    /// Once with control groups, once by the mark in the environment alone.
    @Test(arguments: [true, false])
    func daemonsEndWithTheirContainer(withGroups: Bool) async throws {
        let groups = TestGroups()
        let trial = try HostTrial(["sh", "-c", ProcessTests.daemons.replacing("3600", with: nap)])
        let hierarchies = withGroups ? groups.hierarchies : Hierarchies(all: [])
        let launcher = ProcessLauncher(places: trial.places, owner: "a test", hierarchies: hierarchies)
        async let ending = try? trial.run(launcher)
        try await eventually("daemons", within: .seconds(20)) { trial.text("stdout") == "ready\n" ? true : nil }
        let record = try #require(ProcessRecord.read(in: trial.here.directory))
        let members = Set(ProcessTable.read().members(of: record.group.processes(), mark: record.mark).map(\.pid))
        #expect(members.count >= 5)
        try await trial.stop(launcher)
        // One that gave its memory back may take a moment more to be a zombie.
        try await eventually("the daemons' end", within: .seconds(60)) {
            ProcessTable.read().entries.contains { members.contains($0.pid) && !$0.isDead } ? nil : true
        }
        _ = await ending
        groups.expectNothingLeft()
    }

    /// A daemon that leaves session and environment behind is still held by its control group.
    @Test(.enabled(if: TestGroups.canKeepProcesses, "no control group can be made here"))
    func noDaemonLeavesItsControlGroup() async throws {
        let groups = TestGroups()
        let trial = try HostTrial([
            "sh", "-c", "setsid env -i /bin/sh -c '(/bin/sleep \(nap) &)'; echo ready; sleep \(nap)",
        ])
        let launcher = ProcessLauncher(places: trial.places, owner: "a test", hierarchies: groups.hierarchies)
        async let ending = try? trial.run(launcher)
        try await eventually("a daemon", within: .seconds(20)) {
            processes(naming: nap).contains { $0.hasPrefix("/bin/sleep") } ? true : nil
        }
        try await trial.stop(launcher)
        #expect(processes(naming: "sleep \(nap)") == [])
        _ = await ending
        groups.expectNothingLeft()
    }

    @Test func directoryAndArgumentsArriveAsTheyAre() async throws {
        let script = "pwd; printf '%s|' \"$@\"; umask"
        let trial = try HostTrial(["sh", "-c", script, "sh", "", "a b", "$(x)", "'\""]) { config in
            config.command.directory = "/sandbox/deep/er"
        }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        #expect(try await trial.run(launcher).outcome == .exited(0))
        let wanted = "\(trial.here.sandbox ?? "")/deep/er\n|a b|$(x)|'\"|0022\n"
        #expect(trial.text("stdout") == wanted)
        try await trial.stop(launcher)
    }

    /// Also names that no shell can hold, and those that it keeps for itself; the supervisor's secret is not handed on.
    @Test func theEnvironmentArrivesAsItIs() async throws {
        let given: [TaskCommand.Variable] = [
            .init(name: "A", value: "1 '2'\n3"), .init(name: "B.C", value: "odd"), .init(name: "IFS", value: ":"),
            .init(name: "bulkhead_nonce", value: "mine"), .init(name: "PATH", value: "/usr/bin:/bin"),
        ]
        let trial = try HostTrial(["env", "-0"]) { $0.command.environment = given }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        #expect(try await trial.run(launcher).outcome == .exited(0))
        let seen = Set(trial.text("stdout").split(separator: "\0").map(String.init)).filter { !$0.hasPrefix("PWD=") }
        let user = try HostUser.named("root")
        var wanted = Set(given.map { "\($0.name)=\($0.value)" })
        wanted.formUnion(["HOME=\(user.home)", "USER=\(user.name)", "LOGNAME=\(user.name)"])
        wanted.insert("BULKHEAD_MACHINE=\(trial.here.record.machine.uuidString)")
        #expect(seen.subtracting(["OLDPWD=/"]) == wanted)
        try await trial.stop(launcher)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may run as another user"))
    func theCommandRunsAsItsUser() async throws {
        let trial = try HostTrial(["sh", "-c", "id -un; id -G; touch mine && echo written"]) {
            $0.command.user = "nobody"
        }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        #expect(chmod(trial.temporary.path, 0o755) == 0)
        _ = try await trial.run(launcher)
        #expect(trial.text("stdout") == "nobody\n65534\nwritten\n", "\(trial.text("stderr"))")
        try await trial.stop(launcher)
    }

    @Test(arguments: [
        ("no-such-program-here", Int32(127)), ("/etc/passwd", Int32(126)),
    ])
    func whatCannotRunEndsAsInAShell(program: String, status: Int32) async throws {
        let trial = try HostTrial([program])
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        #expect(try await trial.run(launcher).outcome == .exited(status))
        try await trial.stop(launcher)
    }

    @Test(arguments: [BulkheadError.Reason.badOption])
    func whatCannotWorkIsRefusedBeforeAnythingIsMade(reason: BulkheadError.Reason) async throws {
        let changes: [(inout ContainerConfig) -> Void] = [
            { $0.command.user = "no-such-user" }, { $0.command.terminal = true }, { $0.command.arguments = [] },
        ]
        for change in changes {
            let trial = try HostTrial(["true"], change: change)
            let launcher = ProcessLauncher(places: trial.places, owner: "a test")
            let error = await #expect(throws: BulkheadError.self) { try await launcher.start(trial.here, LaunchPlan()) }
            #expect(error?.reason == reason)
            #expect(try FileManager.default.contentsOfDirectory(atPath: trial.here.directory) == [])
            try await trial.stop(launcher)
        }
    }

    /// Stands for our death between start and command: the supervisor hears it and goes.
    @Test func withoutUsNoCommandIsBegun() async throws {
        let trial = try HostTrial(["sleep", "\(nap)"])
        var launcher: ProcessLauncher? = ProcessLauncher(places: trial.places, owner: "a test")
        try await launcher?.start(trial.here, LaunchPlan())
        let supervisor = try #require(ProcessRecord.read(in: trial.here.directory)?.supervisor)
        launcher = nil
        try await trial.bounded { try await supervisor.ends() }
        #expect(!supervisor.isAlive)
        try await trial.stop(ProcessLauncher(places: trial.places, owner: "a test"))
    }

    @Test func aForgedResultIsNamed() async throws {
        let trial = try HostTrial(["sh", "-c", "echo status=0 >\"$D/result\"; kill -9 $PPID; sleep \(nap)"]) { _ in }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        var plan = LaunchPlan()
        plan.environment = [.init(name: "D", value: trial.here.directory)]
        try await launcher.start(trial.here, plan)
        let error = await #expect(throws: BulkheadError.self) { try await trial.execute(launcher) }
        #expect(error?.reason == .resultForged)
        try await trial.stop(launcher)
    }

    @Test func aKilledSupervisorIsNoSuccess() async throws {
        let trial = try HostTrial(["sh", "-c", "kill -9 $PPID; sleep \(nap)"])
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        try await launcher.start(trial.here, LaunchPlan())
        async let machine = trial.bounded { try await launcher.ended(trial.here) }
        #expect(try await trial.execute(launcher).outcome == .monitorKilled)
        #expect(try await machine.outcome == .monitorKilled)
        try await trial.stop(launcher)
        #expect(processes(naming: "sleep \(nap)") == [])
    }
}
