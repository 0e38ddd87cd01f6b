import Foundation
import GRDB
import Glibc
import TestSupport
import Testing

/// What an agent lets its tasks reach, and that it stays so.
@Suite(.serialized, .onLibvirt)
struct EgressTaskTests {
    private let trial = AgentTrial(isolation: "vm")

    /// The guests' routing table says whether they are on the network with a way out.
    private static let script = "ip route | grep -q default && echo a way || echo no way"

    private func end(_ agent: RunningAgent) async throws {
        agent.program.signal(SIGTERM)
        #expect(try await agent.program.wait(within: .seconds(20)) == 0, "\(agent.program.errorText)")
        let sweep = try trial.begin(
            ["sweep", "--network", "--json"], of: "bulkhead", environment: ["BULKHEAD_STATE_DIR": trial.work])
        #expect(try await sweep.wait(within: .seconds(60)) == 0, "\(sweep.errorText)")
        let findings = try JSONSerialization.jsonObject(with: Data(sweep.output)) as? [[String: Any]] ?? []
        let names = findings.filter { $0["verdict"] as? String == "remove" }.compactMap { $0["what"] as? String }
        #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("network bulkhead-") }, "\(names)")
        let tables = try await Self.nft("list tables")
        #expect(names.allSatisfy { name in !tables.contains(name.dropFirst("network ".count)) }, "\(tables)")
    }

    private static func nft(_ words: String) async throws -> String {
        let program = try RunningProgram(
            ["/bin/sh", "-c", "PATH=$PATH:/usr/sbin; nft \(words)"].map { Array($0.utf8) }, environment: [])
        #expect(try await program.wait(within: .seconds(20)) == 0, "\(program.errorText)")
        return program.outputText
    }

    @Test(.timeLimit(.minutes(5))) func tasksGetWhatTheyAskForWithinTheLimit() async throws {
        let agent = try await trial.start([
            "--egress_limit=203.0.113.0/24:8080", "--wall_check_interval=500ms",
        ])
        for (wish, name) in [("nat", "egressRefused"), ("203.0.113.9", "egressRefused"), ("all", "badOption")] {
            let refused = try await trial.bulkhead(agent, ["submit", "--egress", wish, "--", "true"])
            #expect(refused.status != 0 && refused.errors.contains(name), "\(refused)")
        }
        let words = ["--", "sh", "-c", Self.script]
        let open = try await trial.bulkhead(
            agent, ["submit", "--wait", "--egress", "203.0.113.9:8080"] + words, within: .seconds(120))
        #expect(open.status == 0 && open.output == "a way\n", "\(open)")
        let closed = try await trial.bulkhead(agent, ["submit", "--wait"] + words, within: .seconds(120))
        #expect(closed.status == 0 && closed.output == "no way\n", "\(closed)")

        // Somebody flushes what keeps guests in, while nothing is launched.
        let ledger = try DatabaseQueue(path: trial.work + "/ledger.sqlite")
        let owner = try await ledger.read { try String.fetchOne($0, sql: "SELECT id FROM owner") }
        let name = "bulkhead-" + (try #require(owner?.prefix(8)))
        let tables = try await Self.nft("list tables").split(separator: "\n").map(String.init)
        let ours = tables.filter { $0.contains(name) }
        #expect(ours.count == 4, "\(tables)")
        for table in ours { _ = try await Self.nft("delete \(table)") }
        try await eventually("all of them again", within: .seconds(20)) {
            let now = try await Self.nft("list tables")
            return ours.allSatisfy { now.contains($0) } ? true : nil
        }
        #expect(
            agent.program.errorText.contains("rules were taken away, and are set anew"), "\(agent.program.errorText)")
        try await end(agent)
    }

    /// What the operator gives to each container comes to its machine; `RateTests` shows that it limits.
    @Test(.timeLimit(.minutes(5))) func anAgentsRatesAreItsMachines() async throws {
        let agent = try await trial.start(["--disk_rate=2M", "--disk_iops=50"])
        _ = try await trial.submit(agent, ["--name", "slow", "--", "sh", "-c", "echo up; sleep 1000"])
        try await trial.says("up\n", "slow", agent)
        let domain = "bulkhead-" + (try await trial.container(agent, "slow"))
        let virsh = try RunningProgram(
            ["/usr/bin/env", "virsh", "-q", "-c", "qemu:///system", "dumpxml", domain].map { Array($0.utf8) },
            environment: [Array("PATH=/usr/bin:/bin".utf8)])
        #expect(try await virsh.wait(within: .seconds(20)) == 0, "\(virsh.errorText)")
        let disks = virsh.outputText.components(separatedBy: "<disk ").dropFirst()
        #expect(!disks.isEmpty && disks.allSatisfy { $0.contains("<total_bytes_sec>2097152</total_bytes_sec>") })
        #expect(disks.allSatisfy { $0.contains("<total_iops_sec>50</total_iops_sec>") }, "\(virsh.outputText)")
        #expect(try await trial.bulkhead(agent, ["kill", "slow"]).status == 0)
        _ = try await trial.bulkhead(agent, ["wait", "slow"])
        try await trial.sweep(agent)
    }

    @Test(arguments: [
        (["--egress=everything"], "--egress"), (["--egress_limit=none,nat"], "--egress_limit"),
        (["--egress=nat", "--egress_limit=1.2.3.4"], "--egress_limit"),
        (["--egress=nat", "--vm_network=default"], "--egress"),
        (["--egress_limit=nat", "--isolation=process"], "--egress_limit"),
    ])
    func flagsThatCannotBeMeant(_ flags: [String], _ name: String) async throws {
        let program = try trial.begin(["--work_dir=\(trial.work)"] + flags)
        #expect(try await program.wait(within: .seconds(20)) != 0)
        #expect(program.errorText.contains("badOption: \(name)"), "\(program.errorText)")
    }
}
