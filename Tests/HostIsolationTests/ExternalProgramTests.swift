import Foundation
import HostIsolation
import Isolation
import TestSupport
import Testing

/// What an administrator's program may do wrong: each has a name, and nothing is left.
@Suite struct ExternalProgramTests {
    private static let describes = "describe) echo '{\"protocol\": 1, \"operations\": []}' ;;"
    private static let lists = "list) echo '{\"containers\": []}' ;;"

    /// A program that does nothing but what the cases say.
    private func program(_ trial: HostTrial, _ cases: String) throws -> String {
        let text = "#!/bin/sh\ncat >/dev/null\ncase $1 in\n\(cases)\nesac\n"
        return try TestProgram.write(text, at: trial.temporary.path + "/program")
    }

    private func launcher(
        _ trial: HostTrial, _ cases: String, _ budgets: [ExternalOperation: Duration] = [:]
    ) throws -> ExternalLauncher {
        try ExternalLauncher(
            program: program(trial, cases), places: trial.places, owner: "a test", budgets: budgets)
    }

    @Test func aMissingProgramIsNamedAtOnce() throws {
        let trial = try HostTrial(["true"])
        for path in ["/no/such/program", "relative", ""] {
            let error = #expect(throws: BulkheadError.self) {
                try ExternalLauncher(program: path, places: trial.places, owner: "a test")
            }
            #expect(error?.reason == .toolMissing)
        }
    }

    @Test func whatCannotBeExecutedIsNamedAtOnce() throws {
        let trial = try HostTrial(["true"])
        for path in [try trial.temporary.file("plain", []), trial.temporary.path] {
            let error = #expect(throws: BulkheadError.self) {
                try ExternalLauncher(program: path, places: trial.places, owner: "a test")
            }
            #expect(error?.reason == .permissionDenied)
        }
    }

    /// Each is found out before anything is made.
    @Test(arguments: [
        ("describe) exit 3 ;;", "status 3"), ("describe) kill -SEGV $$ ;;", "signal 11"),
        ("describe) echo garbage ;;", "garbage"), ("describe) echo '[1]' ;;", "[1]"),
        ("describe) echo '{\"protocol\": 7, \"operations\": []}' ;;", "protocol 1"), ("describe) ;;", "protocol 1"),
        ("describe) exec cat /dev/zero ;;", "KiB"), ("describe) exec sleep 1000 ;;", "did not end"),
        ("describe) sleep 1000 & wait ;;", "did not end"),
    ])
    func aProgramOfAnotherKindIsNamed(cases: String, words: String) async throws {
        let trial = try HostTrial(["true"])
        let launcher = try launcher(
            trial, cases, [.describe: words == "did not end" ? .milliseconds(300) : .seconds(20)])
        let error = await #expect(throws: BulkheadError.self) { try await launcher.start(trial.here, LaunchPlan()) }
        #expect(error?.reason == .toolFailed)
        #expect(error?.detail.contains(words) == true, "\(error?.detail ?? "")")
        #expect(try FileManager.default.contentsOfDirectory(atPath: trial.here.directory) == [])
        try await trial.stop(launcher)
    }

    @Test func aScriptWithoutInterpreterIsNamed() async throws {
        let trial = try HostTrial(["true"])
        let path = try TestProgram.write("no program\n", at: trial.temporary.path + "/program")
        let launcher = try ExternalLauncher(program: path, places: trial.places, owner: "a test")
        let error = await #expect(throws: BulkheadError.self) { try await launcher.check() }
        #expect(error?.reason == .toolFailed)
    }

    @Test(arguments: [
        ("start) echo why >&2; exit 4 ;;", "status 4"), ("start) exec sleep 1000 ;;", "did not end"),
    ])
    func aFailedStartIsNamedAndStopped(cases: String, words: String) async throws {
        let trial = try HostTrial(["true"])
        let marker = trial.temporary.path + "/stopped"
        let all = [ExternalProgramTests.describes, ExternalProgramTests.lists, cases, "stop) touch \(marker) ;;"]
        let launcher = try launcher(
            trial, all.joined(separator: "\n"), [.start: words == "did not end" ? .milliseconds(300) : .seconds(20)])
        let error = await #expect(throws: BulkheadError.self) { try await launcher.start(trial.here, LaunchPlan()) }
        #expect(error?.detail.contains(words) == true)
        if words == "status 4" {
            #expect(error?.evidence == ["why"])
            #expect(trial.text("external.log") == "why\n")
        }
        try await trial.stop(launcher)
        #expect(FileManager.default.fileExists(atPath: marker))
    }

    @Test(arguments: [
        ("wait) echo '{}' ;;", "how the command ended"), ("wait) echo '{\"exited\": 300}' ;;", "how the command ended"),
        ("wait) exit 1 ;;", "status 1"), ("wait) yes ;;", "KiB"), ("wait) echo '{\"exited\": \"no\"}' ;;", "JSON"),
    ])
    func anUntrueEndIsNoSuccess(cases: String, words: String) async throws {
        let trial = try HostTrial(["true"])
        let all = [ExternalProgramTests.describes, ExternalProgramTests.lists, "start|run|stop) ;;", cases]
        let launcher = try launcher(trial, all.joined(separator: "\n"))
        try await launcher.start(trial.here, LaunchPlan())
        let error = await #expect(throws: BulkheadError.self) { try await trial.execute(launcher) }
        #expect(error?.reason == .toolFailed)
        #expect(error?.detail.contains(words) == true, "\(error?.detail ?? "")")
        try await trial.stop(launcher)
    }

    /// Its word that it stopped a container is compared with its list.
    @Test func aStopThatStopsNothingIsNamed() async throws {
        let trial = try HostTrial(["true"])
        let id = trial.here.record.machine.uuidString
        let still = "list) echo '{\"containers\": [{\"id\": \"\(id)\", \"name\": \"x\", \"running\": true}]}' ;;"
        let launcher = try launcher(
            trial, [ExternalProgramTests.describes, still, "start|stop) ;;"].joined(separator: "\n"))
        try await launcher.start(trial.here, LaunchPlan())
        let error = await #expect(throws: BulkheadError.self) { try await launcher.stop(trial.here) }
        #expect(error?.reason == .cleanupIncomplete)
    }

    @Test(arguments: ["list) ;;", "list) echo '{\"containers\": [{\"id\": \"../..\"}]}' ;;", "list) exit 1 ;;"])
    func aListThatIsNoneIsNamed(cases: String) async throws {
        let trial = try HostTrial(["true"])
        let launcher = try launcher(trial, cases)
        let error = await #expect(throws: BulkheadError.self) { try await launcher.machines() }
        #expect(error?.reason == .toolFailed)
    }

    /// A name from outside never becomes a path.
    @Test func anOrphanWithABadNameIsRefused() async throws {
        let trial = try HostTrial(["true"])
        let launcher = try launcher(trial, "stop) ;;\n" + ExternalProgramTests.lists)
        let orphan = FoundMachine(id: UUID(), name: "../../etc", owner: "a test", isRunning: true)
        let error = await #expect(throws: BulkheadError.self) { try await launcher.remove(orphan) }
        #expect(error?.reason == .badName)
    }

    @Test func standardErrorIsBounded() async throws {
        let trial = try HostTrial(["true"])
        let floods = "start) head -c 3000000 /dev/zero >&2 ;;"
        let launcher = try launcher(
            trial,
            [ExternalProgramTests.describes, ExternalProgramTests.lists, floods, "stop) ;;"].joined(separator: "\n"))
        try await launcher.start(trial.here, LaunchPlan())
        let names = try FileManager.default.contentsOfDirectory(atPath: trial.here.sandbox ?? "")
        let size = names.filter { $0.hasPrefix("external.log") }.reduce(0) { $0 + trial.file($1).count }
        #expect(size > 0 && size <= 512 << 10)
        try await trial.stop(launcher)
    }
}
