import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    @Suite(.bench) struct KeepTests {
        @Test func aKeptGuestIsReachedAsItSaysAndStaysUntilItIsRemoved() async throws {
            let (bench, name) = (try bench(), Bench.name())
            let launched = try bench.launch(
                ["--keep"], name: name, json: false, command: ["sh", "-c", "echo kept >/root/mark"])
            #expect(try await launched.program.wait(within: .seconds(180)) == 0)
            let said = launched.program.errorText
            let line = try #require(said.split(separator: "\n").first { $0.contains("reach it: ") }, "\(said)")
            let command = try #require(line.split(separator: ":", maxSplits: 1).last).dropFirst()
            let reached = try await bench.tool(
                "sh", "-c",
                "\(command) -F none -o BatchMode=yes -o StrictHostKeyChecking=yes 'cat /root/mark; id -u' </dev/null")
            #expect(reached.status == 0 && reached.lines == ["kept", "0"], "\(reached)")

            let listed = try await bench.call("ps")
            #expect(
                listed.lines.contains { $0.hasPrefix(name) && $0.contains("kept") && $0.contains("running") },
                "\(listed)")
            let swept = try await bench.call("sweep", "--json")
            let findings = try JSONDecoder().decode([SweepFinding].self, from: Data(swept.output))
            #expect(
                findings.contains {
                    $0.what == "container \(name)" && $0.verdict == "leave" && $0.why.contains("bulkhead rm")
                })
            #expect(try await bench.virsh("domstate", launched.domain).text.contains("running"))

            let second = try await bench.call("run", "--name", name, "--", "true")
            #expect(second.status == 125 && second.errorText.contains("nameInUse"), "\(second)")
            #expect(try await bench.virsh("domstate", launched.domain).text.contains("running"))

            #expect(try await bench.call("rm", name).status == 0)
            let left = try await bench.leftovers(of: name)
            #expect(left.isEmpty, "\(left)")
        }

        @Test func removingOneWithoutAMachineYetEndsItsLaunch() async throws {
            let bench = try bench()
            let ledger = try bench.engine().ledger
            // Its network is not there, and somebody else is making it: the launch waits.
            _ = try await bench.virsh("net-destroy", bench.network)
            var making = try FileLock.take(bench.state + "/locks/.network")
            #expect(making != nil)
            let launched = try bench.launch(command: ["sleep", "300"])
            try await eventually("its record", within: .seconds(60)) {
                try ledger.record(try ContainerID(launched.name))
            }
            let removal = try bench.start(["rm", launched.name])
            let word = bench.state + "/locks/" + launched.name
            try await eventually("the wish to remove it", within: .seconds(60)) {
                FileManager.default.contents(atPath: word)?.isEmpty == false ? true : nil
            }
            #expect(try await bench.virsh("domstate", launched.domain).status != 0, "the domain is there already")
            making = nil
            #expect(try await removal.wait(within: .seconds(60)) == 0, "\(removal.errorText)")
            let run = try await bench.finish(launched)
            let report = try run.report
            #expect(run.status == 137 && report.outcome == "destroyed" && report.error == nil, "\(run)")
        }

        @Test(arguments: ["start …", "lease …", "port …"])
        func removingOneInMidLaunchIsNoFailure(_ stage: String) async throws {
            let bench = try bench()
            let launched = try bench.launch(["--verbose"], json: false, command: ["sleep", "300"])
            try await launched.program.awaitError(stage)
            #expect(try await bench.call("rm", launched.name).status == 0)
            let run = try await bench.finish(launched)
            #expect(run.status == 137 && run.errorText.contains("bulkhead: destroyed"), "\(run)")
        }

        @Test func removingARunningContainerEndsItsRun() async throws {
            let bench = try bench()
            let launched = try bench.launch(shell: "echo on; read line; echo not reached", input: .pipe)
            try await launched.program.awaitOutput("on")
            let second = try await bench.call("run", "--name", launched.name, "--", "true")
            #expect(second.status == 125 && second.errorText.contains("nameInUse"), "\(second)")
            #expect(launched.program.exitStatus == nil, "the first one goes on")
            let removed = try await bench.call("rm", launched.name)
            #expect(removed.status == 0, "\(removed)")
            let run = try await bench.finish(launched)
            #expect(run.status == 137 && run.lines == ["on"])
            let report = try run.report
            #expect(
                report.outcome == "destroyed" && report.evidence.last?.hasPrefix("domain state: ") == true, "\(report)")

            let console = try await bench.call("console", launched.name)
            #expect(console.status == 0 && console.text.contains("bulkhead: ready"), "\(console)")
            let again = try await bench.call("rm", launched.name)
            #expect(again.status == 125 && again.errorText.contains("unknownContainer"))
        }
    }
}
