import Foundation
import Glibc
import TestSupport
import Testing

/// What the agent does about its host: old sandboxes, launches that fail, an end with nothing left.
@Suite struct HousekeepingTests {
    private let trial = AgentTrial()
    private static let heeds = "trap 'echo bye; exit 5' TERM; echo on; while :; do sleep 0.05; done"
    private static let ignores = "trap '' TERM; echo on; while :; do sleep 0.05; done"

    private func runs(_ name: String, _ script: String, on agent: RunningAgent) async throws {
        #expect(try await agent.launch(name, script).status == 200)
        try await eventually("output of \(name)", within: .seconds(30)) {
            try await agent.file("/sandboxes/\(name)/stdout").text == "on\n" ? true : nil
        }
    }

    private func names(_ agent: RunningAgent) async throws -> [String] {
        let all = try await agent.call(#"{"type":"GET_CONTAINERS","get_containers":{"show_standalone":true}}"#)
        let containers = try all.member("get_containers", "containers") as? [[String: Any]] ?? []
        return containers.compactMap { ($0["container_id"] as? [String: Any])?["value"] as? String }
    }

    @Test func oldSandboxesAreRemovedAndCounted() async throws {
        let agent = try await trial.start(
            ["--gc_delay=1secs", "--gc_disk_headroom=0", "--disk_watch_interval=50ms"])
        try await runs("living", "echo on; exec sleep 1000", on: agent)
        #expect(try await agent.launch("old", "echo x > left").status == 200)
        let path = trial.work + "/sandboxes/"
        try await eventually("the sandbox's end", within: .seconds(60)) {
            FileManager.default.fileExists(atPath: path + "old") ? nil : true
        }
        try await eventually("the count", within: .seconds(30)) {
            try await agent.get("/metrics/snapshot").member("gc/path_removals_succeeded") as? Int == 1 ? true : nil
        }
        #expect(try await agent.ask("WAIT_CONTAINER", "old").status == 404)
        #expect(FileManager.default.fileExists(atPath: path + "living/stdout"))
        #expect(agent.program.errorText.contains("sandbox removed age="), "\(agent.program.errorText)")
    }

    @Test func launchesThatFailForTheHostsReasonsMakeItUnhealthy() async throws {
        let agent = try await trial.start(["--launch_failure_limit=2", "--launch_failure_backoff=15secs"])
        // Somebody puts a file in the sandboxes' place.
        let path = trial.work + "/sandboxes"
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try Data().write(to: URL(fileURLWithPath: path))
        for name in ["a", "b"] {
            let answer = try await agent.launch(name, "true")
            #expect(answer.status == 400 && answer.text.contains("stateUnusable"), "\(answer)")
        }
        let health = try await agent.get("/health")
        #expect(health.status == 503 && health.text.contains("2 launches in a row failed"), "\(health)")
        #expect(health.text.contains("stateUnusable"))
        let refused = try await agent.launch("c", "true")
        #expect(refused.status == 503 && refused.text.contains("2 launches in a row failed"), "\(refused)")
        let task = try await trial.bulkhead(agent, ["submit", "--", "true"])
        #expect(task.status == 125 && task.errors.contains("2 launches in a row failed"), "\(task)")
        let call = try await agent.call(#"{"type":"GET_HEALTH"}"#)
        #expect(try call.member("get_health", "healthy") as? Bool == false)
        #expect(try await agent.get("/metrics/snapshot").member("health/healthy") as? Int == 0)
        #expect(agent.program.errorText.contains("unhealthy: launches fail"))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        try await eventually("a launch", within: .seconds(60)) {
            try await agent.launch("d", "true").status == 200 ? true : nil
        }
        #expect(try await agent.get("/health").status == 200)
    }

    @Test func whatAGoodCallerCannotHelpLeavesItHealthy() async throws {
        let agent = try await trial.start(["--launch_failure_limit=1"])
        let huge = #"[{"name":"mem","type":"SCALAR","scalar":{"value":1e9}}]"#
        for name in ["a", "b"] { #expect(try await agent.launch(name, "true", resources: huge).status == 400) }
        #expect(try await agent.get("/health").status == 200)
    }

    @Test func aDrainedAgentWaitsForItsContainers() async throws {
        let first = try await trial.start(["--drain"])
        try await runs("heeds", Self.heeds, on: first)
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(60)) == 0)
        let second = try await trial.start()
        #expect(try await names(second) == [])
        #expect(try await second.exitStatus(of: "heeds") == 5 << 8)
        #expect(try await second.file("/sandboxes/heeds/stdout").text == "on\nbye\n")
    }

    /// The executor is asked, kills its task and tells of that; it is known afterwards.
    @Test func tasksAreKilledByADrain() async throws {
        let first = try await trial.start(["--drain"])
        let task = try await trial.submit(first, ["--", "sh", "-c", "echo on; exec sleep 1000"])
        try await trial.says("on", task, first)
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(60)) == 0, "\(first.program.errorText)")
        let second = try await trial.start()
        #expect(try await second.get("/bulkhead/v1/tasks/\(task)").member("state") as? String == "TASK_KILLED")
        #expect(try await names(second) == [])
    }

    @Test func sandboxesOfTasksAreRemovedAndTheTasksStayKnown() async throws {
        let agent = try await trial.start(
            ["--gc_delay=1secs", "--gc_disk_headroom=0", "--disk_watch_interval=50ms"])
        let task = try await trial.submit(agent, ["--", "sh", "-c", "until [ -e go ]; do sleep 0.05; done"])
        let sandbox = trial.work + "/sandboxes/" + (try await trial.container(agent, task))
        #expect(FileManager.default.createFile(atPath: sandbox + "/go", contents: nil))
        #expect(try await trial.bulkhead(agent, ["wait", task]).status == 0)
        try await eventually("the sandbox's end", within: .seconds(60)) {
            FileManager.default.fileExists(atPath: sandbox) ? nil : true
        }
        #expect(try await agent.get("/bulkhead/v1/tasks/\(task)").member("state") as? String == "TASK_FINISHED")
    }

    @Test func aDrainHasAnEnd() async throws {
        let first = try await trial.start(["--drain", "--drain_timeout=500ms"])
        try await runs("ignores", Self.ignores, on: first)
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(60)) == 0)
        let second = try await trial.start()
        #expect(try await names(second) == [])
        #expect(try await second.exitStatus(of: "ignores") == 9)
    }

    /// The external program refuses to stop its container for as long as there is a file.
    @Test func aDrainThatLeavesSomethingSaysSo() async throws {
        let here = TemporaryDirectory()
        let script = #"""
            #!/bin/sh
            cd '\#(here.path)' || exit
            request=$(cat)
            field() { printf '%s' "$request" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
            case $1 in
            describe) echo '{"protocol":1,"operations":[]}' ;;
            start) printf '{"id":"%s","name":"%s","owner":"%s","running":true}' "$(field id)" "$(field name)" \
                "$(field owner)" >one ;;
            wait) while [ -e one ]; do sleep 0.05; done; echo '{"exited":0}' ;;
            stop) [ ! -e keeps ] && rm -f one ;;
            list) printf '{"containers":[%s]}' "$(cat one 2>/dev/null)" ;;
            esac
            """#
        let program = try TestProgram.write(script, at: here.path + "/program")
        let keeps = try here.file("keeps", [])
        let trial = AgentTrial(isolation: "external:\(program)")
        let first = try await trial.start(["--drain", "--drain_timeout=500ms"])
        #expect(try await first.launch("stubborn", "true").status == 200)
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(60)) == 125)
        let words = "bulkhead-agent: cleanupIncomplete: drain: these could not be ended: stubborn\n"
        #expect(first.program.errorText.contains(words), "\(first.program.errorText)")
        try FileManager.default.removeItem(atPath: keeps)
        let (status, text) = try await trial.refused([
            "--work_dir=\(trial.work)", "--isolation=\(trial.isolation)", "--port=0", "--recover=cleanup",
        ])
        #expect(status == 0, "\(text)")
        #expect(!FileManager.default.fileExists(atPath: here.path + "/one"))
    }

    @Test func cleanupEndsWhatAFormerAgentLeft() async throws {
        let first = try await trial.start()
        try await runs("heeds", Self.heeds, on: first)
        try await runs("ignores", Self.ignores, on: first)
        first.program.signal(SIGKILL)
        _ = try await first.program.wait(within: .seconds(30))
        let (status, text) = try await trial.refused([
            "--work_dir=\(trial.work)", "--isolation=process", "--port=0", "--recover=cleanup", "--drain_timeout=10secs",
        ])
        #expect(status == 0, "\(text)")
        let second = try await trial.start()
        #expect(try await names(second) == [])
        #expect(try await second.exitStatus(of: "heeds") == 5 << 8)
    }
}
