import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct OlderEndpointTests {
    private let trial = AgentTrial()

    @Test func eachAnswersWithJSON() async throws {
        let agent = try await trial.start(["--attributes=rack:r7;generation:2", "--hostname=here", "--resources=cpus:3"])
        for path in ["/health", "/slave(1)/health"] { #expect(try await agent.get(path).body.isEmpty) }
        #expect(try await agent.get("/version").member("version") is String)
        #expect(try await agent.get("/flags").member("flags", "isolation") as? String == "process")
        let state = try await agent.get("/slave(1)/state")
        #expect(try state.member("hostname") as? String == "here" && state.member("resources", "cpus") as? Int == 3)
        #expect(try state.member("attributes", "rack") as? String == "r7")
        #expect(try state.member("attributes", "generation") as? Int == 2)
        #expect(try state.member("flags", "work_dir") as? String == trial.work)
        #expect(try (state.member("pid") as? String)?.hasPrefix("slave(1)@127.0.0.1:") == true)
        for path in ["/containers", "/monitor/statistics"] { #expect(try await agent.get(path).text == "[]") }
        let script = try await agent.get("/containers?jsonp=f")
        #expect(script.text == "f([]);")
        #expect(try await agent.get("/containers?jsonp=alert(1)").status == 400)
        #expect(try await agent.get("/state", "-X", "POST").status == 405)
        #expect(try await agent.get("/nothing").status == 404)
    }

    @Test func metricsCountWhatHappens() async throws {
        let agent = try await trial.start()
        #expect(try await agent.launch("busy", "exec sleep 1000").status == 200)
        #expect(try await agent.launch("bad", "true", resources: #"[{"name":"mem","scalar":{"value":1e9},"type":"SCALAR"}]"#).status == 400)
        let metrics = try #require(
            try JSONSerialization.jsonObject(with: Data(try await agent.get("/metrics/snapshot").body)) as? [String: Double])
        #expect(metrics["slave/container_launch_errors"] == 1 && metrics["containerizer/mesos/containers"] == 1)
        #expect(metrics["slave/mem_used"] == 256 && metrics["slave/registered"] == 0)
        let text = try await agent.get("/metrics").text
        #expect(text.contains("bulkhead_slave_mem_used 256.0\n"))
        #expect(text.contains("bulkhead_launch_stage_seconds_count{stage=\"start\"} 1\n"))
        #expect(text.contains("bulkhead_launch_stage_seconds_bucket{stage=\"start\",le=\"+Inf\"} 1\n"))
        _ = try await agent.ask("KILL_CONTAINER", "busy")
        #expect(try await agent.exitStatus(of: "busy") == 9)
    }

    @Test func filesOfASandboxAreShown() async throws {
        let agent = try await trial.start()
        let script = "mkdir -p d/e; printf 0123456789 > d/e/digits; seq 100000 > d/many; echo end"
        #expect(try await agent.launch("files", script).status == 200)
        #expect(try await agent.exitStatus(of: "files") == 0)
        let list = try await agent.get("/files/browse?path=/sandboxes/files/d")
        let files = try #require(try JSONSerialization.jsonObject(with: Data(list.body)) as? [[String: Any]])
        #expect(files.compactMap { $0["path"] as? String } == ["/sandboxes/files/d/e", "/sandboxes/files/d/many"])
        #expect((files[0]["mode"] as? String)?.first == "d" && files[1]["size"] as? Int == 588_895)
        #expect(try await agent.get("/files/browse?path=/sandboxes/files/d/many").status == 400)
        #expect(try await agent.get("/files/browse?path=/sandboxes/files/none").status == 404)
        let digits = "/files/read?path=/sandboxes/files/d/e/digits"
        #expect(try await agent.get(digits).text == #"{"offset":10,"data":""}"#)
        #expect(try await agent.get(digits + "&offset=3&length=4").text == #"{"offset":3,"data":"3456"}"#)
        #expect(try await agent.get(digits + "&offset=99").text == #"{"offset":99,"data":""}"#)
        for bad in ["&offset=x", "&offset=-2", "&length=-2"] { #expect(try await agent.get(digits + bad).status == 400) }
        let many = try await agent.get("/files/read?path=/sandboxes/files/d/many&offset=0")
        #expect(try (many.member("data") as? String)?.utf8.count == 65536)
        let whole = try await agent.get("/files/download?path=" + trial.work + "/sandboxes/files/d/many")
        #expect(whole.text == (1...100_000).map { "\($0)\n" }.joined())
    }

    /// Whatever a task leaves: links never lead out, and nothing is opened that is no file.
    @Test func nothingLeadsOutOfASandbox() async throws {
        let agent = try await trial.start()
        let secret = try trial.directory.file("secret", Array("secret".utf8))
        let script = """
            ln -s \(secret) file; ln -s \(trial.directory.path) dir; mkfifo pipe; mkdir sub; ln -s /etc/passwd sub/link
            """
        #expect(try await agent.launch("hostile", script).status == 200)
        #expect(try await agent.exitStatus(of: "hostile") == 0)
        let cases = [
            ("/file", [400]), ("/dir/secret", [403]), ("/pipe", [400]), ("/sub/link", [400]), ("/sub", [400]),
            ("/none", [404]), ("/none/x", [404]), ("/../hostile/stdout", [403]), ("/stdout/x", [403]), ("", [400]),
        ]
        for (path, statuses) in cases {
            for call in ["read?offset=0&", "download?"] {
                let answer = try await agent.get("/files/\(call)path=/sandboxes/hostile\(path)", "--path-as-is")
                #expect(statuses.contains(answer.status), "\(path): \(answer)")
                #expect(!answer.text.contains("secret\"") && !answer.text.contains("root:"))
            }
        }
        for path in ["/etc", "/", trial.work, trial.work + "/ledger.sqlite", "/sandboxes", "/sandboxes/none", "x"] {
            let answer = try await agent.get("/files/browse?path=" + path)
            #expect([400, 404].contains(answer.status), "\(path): \(answer)")
        }
        #expect(try await agent.get("/files/browse").status == 400)
    }
}
