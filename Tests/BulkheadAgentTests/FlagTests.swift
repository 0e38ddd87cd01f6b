import Foundation
import GRDB
import Glibc
import TestSupport
import Testing

@Suite struct FlagTests {
    private let trial = AgentTrial()
    private var own: [String] { ["--work_dir=\(trial.work)", "--isolation=process", "--port=0"] }

    @Test(arguments: [
        (["--nothing=1"], "--nothing: there is no flag"), (["word"], "word: it is no flag"),
        (["--hostname"], "--hostname: it has no value"), (["--hostname=a", "--hostname=b"], "--hostname: it is given twice"),
        (["--ip=0.0.0.0"], "--ip 0.0.0.0: whoever reaches"), (["--ip=::"], "--ip ::: whoever reaches"),
        (["--ip=localhost"], "--ip “localhost”: it is no IP"), (["--ip=192.0.2.1", "--http_credentials=/none"], "cannot be read"),
        (["--resources=gold:1"], "--resources “gold”"), (["--resources=cpus"], "--resources “cpus”: it is no NAME:VALUE"),
        (["--resources=cpus:-1"], "--resources “cpus:-1”"), (["--attributes=a"], "--attributes “a”"),
        (["--vm_network=lan"], "--vm_network: there is no virtual machine"), (["--logging_level=LOUD"], "LOUD"),
    ])
    func whatCannotBeMeantIsNamed(_ flags: [String], _ words: String) async throws {
        let (status, text) = try await trial.refused(own + flags)
        #expect(status == 125 && text.contains(words), "\(status) \(text)")
    }

    @Test(arguments: [
        (["--gc_delay=1"], "--gc_delay “1”: it is no time of 0secs to 525600mins"), (["--gc_delay=-1secs"], "“-1secs”"),
        (["--gc_delay=2weeksx"], "“2weeksx”"), (["--gc_disk_headroom=1.5"], "--gc_disk_headroom “1.5”"),
        (["--gc_disk_headroom=nan"], "“nan”"), (["--disk_watch_interval=0secs"], "--disk_watch_interval “0secs”"),
        (["--executor_registration_timeout=0secs"], "--executor_registration_timeout “0secs”"),
        (["--executor_reregistration_timeout=1hrs"], "--executor_reregistration_timeout “1hrs”"),
        (["--executor_shutdown_grace_period=500weeks"], "--executor_shutdown_grace_period “500weeks”"),
        (["--recovery_timeout=soon"], "--recovery_timeout “soon”"), (["--recover=maybe"], "give reconnect or cleanup"),
        (["--strict=yes"], "--strict “yes”: it is neither"), (["--no-strict=true"], "--no-strict=true: it takes no value"),
        (["--no-hostname"], "--no-hostname: there is no flag"), (["--drain_timeout=1mins"], "--drain_timeout: nothing is drained"),
        (["--max_completed_executors_per_framework=-1"], "--max_completed_executors_per_framework “-1”"),
        (["--launch_failure_limit=many"], "--launch_failure_limit “many”"), (["--launch_failure_backoff=1"], "backoff “1”"),
        (["--executor_environment_variables={\"a\":1}"], "it is no JSON object of strings"),
        (["--executor_environment_variables={\"a=b\":\"c\"}"], "“a=b” is no variable's name"),
        (["--default_container_info={\"type\":\"DOCKER\"}"], "of type DOCKER are not run here"),
        (["--default_container_info=[]"], "--default_container_info: it is no ContainerInfo"),
        (["--jwt_secret_key=key"], "--jwt_secret_key “key”: it is no absolute path"),
        (["--budget_lease=0"], "--budget_lease “0”"), (["--config=/none"], "configuration /none: it is not there"),
        (["--disk_rate=1K"], "--disk_rate “1K”: it is no amount from 4 KiB up"), (["--network_rate=fast"], "“fast”"),
        (["--disk_iops=0"], "--disk_iops “0”"), (["--disk_rate=1M"], "--disk_rate: it is vm/disk that limits this"),
        (["--network_rate=1M"], "--network_rate: it is vm/network that limits this"),
        (["--http_socket=/x"], "--port: --http_socket is served instead"),
    ])
    func rangesAndContradictionsAreNamed(_ flags: [String], _ words: String) async throws {
        let (status, text) = try await trial.refused(own + flags)
        #expect(status == 125 && text.contains(words), "\(status) \(text)")
    }

    @Test(arguments: [
        (["--credential=/x"], "--credential: there is no master"), (["--domain={}"], "--domain: there is no master"),
        (["--master=a:1", "--credential=/none"], "--credential “/none”: it cannot be read"),
        (["--master=a:1", "--advertise_ip=::1"], "--advertise_ip ::1: a master cannot reach us there"),
        (["--master=a:1", "--advertise_ip=0.0.0.0"], "--advertise_ip 0.0.0.0: a master"),
        (["--master=a:1", "--advertise_port=0"], "--advertise_port “0”"), (["--master=a:1", "--domain=[]"], "--domain: it is no"),
        (["--master=a:1", "--reconfiguration_policy=any"], "give equal or additive"),
        (["--master=a:1", "--zk_session_timeout=1ms"], "--zk_session_timeout “1ms”"),
        (["--master=here"], "--master “here”"), (["--master=zk://a:1"], "--master “zk://a:1”"),
        (["--master=zk://a:1/"], "--master “zk://a:1/”"), (["--master=file:///none"], "--master “file:///none”"),
    ])
    func theMastersAreLookedAtBeforeAnythingIsMade(_ flags: [String], _ words: String) async throws {
        let (status, text) = try await trial.refused(own + flags)
        #expect(status == 125 && text.contains(words), "\(status) \(text)")
        #expect(!FileManager.default.fileExists(atPath: trial.work))
    }

    @Test(arguments: [
        (#"{"gc_delya":"1secs"}"#, "there is no key “gc_delya”"), (#"{"budget":1}"#, "there is no key “budget”"),
        (#"{"config":"/x"}"#, "there is no key “config”"), (#"{"budget":{"run":1}}"#, "“budget.run”"),
        (#"{"gc_delay":5}"#, "key gc_delay “5”: it is no time"), ("[]", "it holds no JSON object"),
        (#"{"gc_delay":{"a":5}}"#, #"key gc_delay “{"a":5}”: it is no time"#), (#"{"gc":{}}"#, "there is no key “gc”"),
        (#"{"default_container_info":{"type":"DOCKER"}}"#, "of type DOCKER are not run here"),
        (#"{"budget":{"lease":"x"}}"#, "key budget.lease “x”"), ("{", "it holds no JSON object"),
    ])
    func aFileIsCheckedAsWell(_ content: String, _ words: String) async throws {
        let file = try trial.directory.file("config.json", Array(content.utf8))
        let (status, text) = try await trial.refused(own + ["--config=\(file)"])
        #expect(status == 125 && text.contains(words), "\(status) \(text)")
    }

    @Test func aVariableIsNamedAsSuch() async throws {
        let (status, text) = try await trial.refused(own, environment: ["BULKHEAD_GC_DELAY": "x"])
        #expect(status == 125 && text.contains("badOption: BULKHEAD_GC_DELAY “x”"), "\(status) \(text)")
    }

    @Test func theFileComesLastAndWhatIsSecretIsNotShown() async throws {
        let content = """
            {"hostname": "file", "attributes": "a:file", "gc_delay": "2weeks", "strict": false, "agent": "unix:/x",
             "max_completed_executors_per_framework": 7, "executor_environment_variables": {"TOKEN": "s3cret"},
             "budget": {"lease": 61, "hostKey": 62}, "connect": "qemu:///system"}
            """
        let file = try trial.directory.file("config.json", Array(content.utf8))
        let agent = try await trial.start(
            ["--hostname=line", "--budget_host_key=63"],
            environment: ["BULKHEAD_CONFIG": file, "BULKHEAD_HOSTNAME": "environment", "BULKHEAD_ATTRIBUTES": "a:environment"])
        let flags = try await agent.get("/flags")
        let wanted = [
            "hostname": "line", "attributes": "a:environment", "gc_delay": "2weeks", "strict": "false",
            "max_completed_executors_per_framework": "7", "budget_lease": "61", "budget_host_key": "63",
            "gc_disk_headroom": "0.1", "executor_environment_variables": "",
        ]
        for (name, value) in wanted { #expect(try flags.member("flags", name) as? String == value, "\(name)") }
        #expect(!flags.text.contains("s3cret"))
    }

    @Test func theDocumentedTableIsTheRealOne() async throws {
        let program = try trial.begin(["--markdown"])
        #expect(try await program.wait(within: .seconds(30)) == 0)
        let page = try String(contentsOfFile: Repository.path + "/docs/configuration.md", encoding: .utf8)
        #expect(program.outputText.count > 1000 && page.contains(program.outputText))
    }

    @Test(arguments: [
        (["--isolation=process"], "--work_dir: it is missing"), (["--work_dir=x"], "--work_dir “x”: it is no absolute"),
        (["--work_dir=/proc/none"], "stateUnusable: directory /proc/none"),
        (["--work_dir=/x", "--isolation=process", "--http_socket=x"], "--http_socket “x”"),
        (["--work_dir=/x", "--isolation=none"], "--isolation “none”"), (["--work_dir=/x", "--port=70000"], "--port “70000”"),
    ])
    func whatMustBeThereIsAskedFor(_ flags: [String], _ words: String) async throws {
        let (status, text) = try await trial.refused(flags)
        #expect(status == 125 && text.contains(words), "\(status) \(text)")
    }

    @Test func theEnvironmentIsHeededAndTheCommandLineWins() async throws {
        let agent = try await trial.start(
            ["--hostname=line"], environment: ["BULKHEAD_HOSTNAME": "environment", "BULKHEAD_ATTRIBUTES": "a:b"])
        let flags = try await agent.get("/flags")
        #expect(try flags.member("flags", "hostname") as? String == "line")
        #expect(try flags.member("flags", "attributes") as? String == "a:b")
    }

    @Test func twoAgentsDoNotShareAWorkDirectory() async throws {
        let agent = try await trial.start()
        let (status, text) = try await trial.refused(own)
        #expect(status == 125 && text.contains("another agent runs on it, process \(agent.program.identifier)"), "\(text)")
        #expect(try await agent.get("/health").status == 200)
    }

    @Test func aPortInUseIsNamed() async throws {
        let agent = try await trial.start()
        let port = try #require(agent.address.split(separator: ":").last)
        let other = AgentTrial()
        let (status, text) = try await other.refused(
            ["--work_dir=\(other.work)", "--isolation=process", "--port=\(port)"])
        #expect(status == 125 && text.contains("addressUnusable: address 127.0.0.1:\(port): Address already in use"), "\(text)")
    }

    /// TEST-NET-1, which no host has.
    @Test func anAddressThatIsNotThereIsNamed() async throws {
        let file = try trial.directory.file(
            "credentials", Array(#"{"credentials":[{"principal":"ops","secret":"s"}]}"#.utf8))
        let (status, text) = try await trial.refused(own + ["--ip=192.0.2.1", "--http_credentials=\(file)"])
        #expect(status == 125 && text.contains("addressUnusable: address 192.0.2.1:"), "\(status) \(text)")
    }

    /// Even root cannot write there.
    @Test func aWorkDirectoryThatCannotBeWrittenIsNamed() async throws {
        let (status, text) = try await trial.refused(["--work_dir=/sys/kernel", "--isolation=process", "--port=0"])
        #expect(status == 125 && text.contains("stateUnusable: ") && text.contains("/sys/kernel"), "\(status) \(text)")
    }

    @Test(.enabled("the host has no machine-id") { FileManager.default.contents(atPath: "/etc/machine-id")?.isEmpty == false })
    func aWorkDirectoryOfAnotherHostIsRefused() async throws {
        let first = try await trial.start()
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(20)) == 0)
        let path = trial.work + "/machine-id"
        let own = try String(contentsOfFile: "/etc/machine-id", encoding: .utf8)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix(own.prefix(32)))
        try Data("00000000000000000000000000000001\n".utf8).write(to: URL(fileURLWithPath: path))
        let (status, text) = try await trial.refused(self.own)
        #expect(status == 125 && text.contains("stateUnusable: --work_dir") && text.contains("another host's"), "\(text)")
        let second = try await trial.start(["--no-strict"])
        second.program.signal(SIGTERM)
        #expect(try await second.program.wait(within: .seconds(20)) == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix(own.prefix(32)))
    }

    /// Of a newer version, or no store at all: nothing of it is changed.
    @Test(arguments: ["agent.db", "ledger.sqlite"], ["newer", "garbage"])
    func aWorkDirectoryOfAnotherVersionIsLeftAsItIs(_ name: String, _ kind: String) async throws {
        let first = try await trial.start()
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(20)) == 0)
        let path = trial.work + "/" + name
        if kind == "newer" {
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')") }
            try database.close()
        } else {
            // SQLite would make it whole again from what the former agent may have left in its log.
            for log in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + log) }
            try Data("this is no database at all, and never was one".utf8).write(to: URL(fileURLWithPath: path))
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let (status, text) = try await trial.refused(own)
        #expect(status == 125 && text.contains("stateUnusable: ") && text.contains(name), "\(status) \(text)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test func credentialsAreAskedFor() async throws {
        let file = try trial.directory.file(
            "credentials", Array(#"{"credentials":[{"principal":"ops","secret":"s:3"}]}"#.utf8))
        let agent = try await trial.start(["--ip=0.0.0.0", "--http_credentials=\(file)"])
        let port = try #require(agent.address.split(separator: ":").last)
        let base = "http://127.0.0.1:\(port)"
        for path in ["/health", "/version"] { #expect(try await agent.curl([base + path]).status == 200) }
        for path in ["/api/v1", "/state", "/flags", "/files/browse?path=/x", "/metrics", "/slave(1)/containers"] {
            #expect(try await agent.curl([base + path]).status == 401, "\(path)")
            #expect(try await agent.curl(["-u", "ops:s:4", base + path]).status == 401)
            #expect(try await agent.curl(["-u", "other:s:3", base + path]).status == 401)
            #expect(try await agent.curl(["-H", "Authorization: Bearer x", base + path]).status == 401)
            #expect(try await agent.curl(["-u", "ops:s:3", base + path]).status != 401)
        }
        let flags = try await agent.curl(["-u", "ops:s:3", base + "/flags"])
        #expect(!flags.text.contains("s:3"))
    }

    @Test func aSocketServesItsOwnUser() async throws {
        let path = trial.directory.path + "/api.sock"
        let agent = try await trial.start(["--http_socket=\(path)"])
        #expect(agent.address == "unix:\(path)")
        #expect(try await agent.curl(["--unix-socket", path, "http://agent/health"]).status == 200)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        agent.program.signal(SIGTERM)
        #expect(try await agent.program.wait(within: .seconds(30)) == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func bulkheadBecomesTheAgent() async throws {
        let program = try trial.begin(["agent", "--work_dir=x"], of: "bulkhead")
        #expect(try await program.wait(within: .seconds(30)) == 125)
        #expect(program.errorText.contains("bulkhead-agent: badOption: --work_dir “x”"), "\(program.errorText)")
        let help = try trial.begin(["agent", "--help"], of: "bulkhead")
        #expect(try await help.wait(within: .seconds(30)) == 0 && help.outputText.contains("--work_dir=PATH"))
    }
}
