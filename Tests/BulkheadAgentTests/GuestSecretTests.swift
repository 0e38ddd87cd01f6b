import Foundation
import TestSupport
import Testing

/// Of an agent with a guest: an executor's token, a task's environment, the key that signs, the key to the guest.
@Suite(.serialized, .onLibvirt)
struct GuestSecretTests {
    private let trial = AgentTrial(isolation: "vm")

    /// A signed token of the container's, as the ledger has it.
    private func token() throws -> String {
        for name in ["ledger.sqlite-wal", "ledger.sqlite", "agent.db-wal", "agent.db"] {
            let bytes = FileManager.default.contents(atPath: trial.work + "/" + name) ?? Data()
            let found = String(decoding: bytes, as: Unicode.ASCII.self).firstMatch(of: /eyJ[\w-]+\.[\w-]+\.[\w-]{20,}/)
            if let found { return String(found.output) }
        }
        throw WaitFailure(what: "a token in the agent's files")
    }

    @Test(.timeLimit(.minutes(5))) func aTokenAndAnEnvironmentStayWhereTheyBelong() async throws {
        let agent = try await trial.start()
        let secret = "hush-" + UUID().uuidString
        // The command line that submits it is over by then.
        let words = ["--name", "one", "--env", "TOKEN=\(secret)", "--", "sh", "-c", "echo up; exec sleep 1000"]
        _ = try await trial.submit(agent, words)
        try await trial.says("up\n", "one", agent)
        // Its executor, who was given it, has wiped it out of its own environment; our files have it.
        let script =
            "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -m 1 ^MESOS_EXECUTOR_AUTHENTICATION_TOKEN="
        let told = try await trial.bulkhead(agent, ["exec", "one", "--", "sh", "-c", script])
        let wiped = try #require(told.output.split(separator: "=").last, "\(told)")
        #expect(wiped.hasPrefix("***") && wiped.allSatisfy { "*\n".contains($0) }, "\(told)")
        let token = try self.token()
        let container = try await trial.container(agent, "one")
        let domain = "bulkhead-" + container

        for (secret, what) in [(secret, "the environment"), (token, "the token")] {
            let search = SecretSearch(secret)
            #expect(search.processes(but: []).isEmpty, "\(what)")
            #expect(!search.isIn(agent.program.errors), "\(what) in the agent's log")
            for place in ["/var/log/libvirt", "/run/libvirt", "/etc/libvirt", "/var/lib/libvirt"] {
                #expect(search.files(below: place).isEmpty, "\(what) below \(place)")
            }
            let xml = try RunningProgram(
                ["/usr/bin/env", "virsh", "-q", "-c", "qemu:///system", "dumpxml", "--security-info", domain].map {
                    Array($0.utf8)
                }, environment: [Array("PATH=/usr/sbin:/usr/bin:/sbin:/bin".utf8)])
            #expect(
                try await xml.wait(within: .seconds(20)) == 0 && xml.outputText.contains(domain), "\(xml.errorText)")
            #expect(!search.isIn(xml.output), "\(what) in the domain's XML")
            let files = search.files(below: trial.work)
            let stores = ["ledger.sqlite", "agent.db"]
            #expect(files.keys.allSatisfy { file in stores.contains { file.hasPrefix($0) } }, "\(what): \(files)")
            #expect(files.values.allSatisfy { $0 == 0o600 }, "\(what): \(files)")
        }
        // Those who may ask the agent are not told a token either.
        for path in ["/state", "/containers", "/metrics", "/bulkhead/v1/containers/\(container)", "/tasks"] {
            #expect(try await !SecretSearch(token).isIn(agent.get(path).body), "\(path)")
        }
        for call in ["GET_STATE", "GET_CONTAINERS", "GET_TASKS", "GET_EXECUTORS"] {
            #expect(try await !SecretSearch(token).isIn(agent.call("{\"type\":\"\(call)\"}").body), "\(call)")
        }
        for file in ["executor-secret", "containers/\(container)/client_key", "ledger.sqlite", "agent.db"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: trial.work + "/" + file)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
        #expect(try await trial.bulkhead(agent, ["kill", "one"]).status == 0)
        #expect(try await trial.bulkhead(agent, ["wait", "one"]).status == 143)
        try await eventually("its container's end", within: .seconds(30)) {
            let containers = try FileManager.default.contentsOfDirectory(atPath: trial.work + "/containers")
            return containers.isEmpty ? true : nil
        }
        try await trial.sweep(agent)
    }
}
