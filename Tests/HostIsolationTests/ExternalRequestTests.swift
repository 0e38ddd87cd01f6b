import Foundation
import HostIsolation
import Isolation
import TestSupport
import Testing

/// What a program is told, and what its answers come to.
@Suite struct ExternalRequestTests {
    /// Keeps each request beside itself and answers as the protocol asks.
    private static let program = """
        #!/bin/sh
        cat >"${0%/*}/$1.json"
        pwd >"${0%/*}/$1.pwd"
        case $1 in
            describe) echo '{"protocol": 1, "operations": ["update", "usage", "signal", "put", "get", "unheard-of"]}' ;;
            list) echo '{"containers": []}' ;;
            wait) echo '{"signalled": 9}' ;;
            update) echo '{"refused": "no room"}' ;;
            usage) echo '{"usage": {"ID": {"cpuUser": 2000000000, "cpuSystem": 1000000000, "memory": 4096}}}' ;;
        esac
        """

    private func launcher(_ trial: HostTrial) throws -> ExternalLauncher {
        let text = ExternalRequestTests.program.replacing("ID", with: trial.here.record.machine.uuidString)
        let path = try TestProgram.write(text, at: trial.temporary.path + "/program")
        return try ExternalLauncher(program: path, places: trial.places, owner: "a test")
    }

    private func request(_ operation: String, _ trial: HostTrial) throws -> [String: Any] {
        let bytes = try #require(FileManager.default.contents(atPath: "\(trial.temporary.path)/\(operation).json"))
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test func everyOperationIsToldWhatItNeeds() async throws {
        let trial = try HostTrial(["a", "b c"]) { config in
            config.image = "an image"
            config.command.environment = [.init(name: "X", value: "y")]
            config.puts = [Transfer(host: "/h", guest: "/g")]
            config.gets = [Transfer(host: "/h2", guest: "/g2")]
        }
        let launcher = try launcher(trial)
        #expect(try await trial.run(launcher).outcome == .signalled(9))
        await launcher.signal(12, to: trial.here)
        for operation in ["start", "run", "wait", "signal", "put", "get"] {
            let request = try request(operation, trial)
            #expect(request["operation"] as? String == operation)
            #expect(request["protocol"] as? Int == 1)
            let container = request["container"] as? [String: String]
            #expect(
                container == [
                    "id": trial.here.record.machine.uuidString, "name": trial.here.id.description, "owner": "a test",
                    "directory": trial.here.directory, "sandbox": trial.here.sandbox ?? "",
                ])
        }
        let run = try request("run", trial)
        let command = try #require(run["command"] as? [String: Any])
        #expect(command["arguments"] as? [String] == ["a", "b c"])
        #expect(command["environment"] as? [String: String] == ["X": "y"])
        #expect(command["user"] as? String == "root")
        #expect(run["stdin"] as? String == "/dev/null")
        #expect(run["image"] as? String == "an image")
        #expect((run["resources"] as? [String: Any])?["cpus"] as? Double == 0.5)
        #expect(try request("signal", trial)["signal"] as? Int == 12)
        #expect((try request("get", trial)["transfer"] as? [String: String]) == ["host": "/h2", "guest": "/g2"])
        let place = FileManager.default.contents(atPath: trial.temporary.path + "/run.pwd")
        #expect(String(decoding: place ?? Data(), as: UTF8.self) == "\(trial.here.sandbox ?? "")\n")
        try await trial.stop(launcher)
    }

    @Test func usageAndUpdateComeFromTheProgram() async throws {
        let trial = try HostTrial(["true"])
        let launcher = try launcher(trial)
        let isolator = ExternalIsolator(launcher)
        try await launcher.start(trial.here, LaunchPlan())
        let usage = try await isolator.usage([trial.here], try await launcher.statistics([trial.here]))[trial.here.id]
        #expect(usage?.cpusUserSeconds == 2)
        #expect(usage?.cpusSystemSeconds == 1)
        #expect(usage?.memoryResidentBytes == 4096)
        guard case .refused(let error) = try await isolator.update(trial.here, to: trial.config.resources) else {
            Issue.record("the program refused")
            return
        }
        #expect(error.detail == "no room")
        try await trial.stop(launcher)
    }
}
