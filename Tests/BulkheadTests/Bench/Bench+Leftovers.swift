import Foundation
import TestSupport
import Testing
import VMIsolation

extension Bench {
    /// The network of this state directory; it may not exist yet.
    var network: String {
        get throws { "bulkhead-" + (try Ledger(path: state + "/ledger.sqlite").owner.prefix(8)) }
    }

    /// What still exists of a container, wherever it may be found.
    func leftovers(of name: String, address: String? = nil) async throws -> [String] {
        var found: [String] = []
        let domains = try await virsh("list", "--all", "--name")
        if domains.status != 0 { found.append("virsh: \(domains)") }
        if domains.lines.contains("bulkhead-" + name) { found.append("domain bulkhead-\(name)") }
        for folder in ["containers", "locks"] {
            let path = "\(state)/\(folder)/\(name)"
            if FileManager.default.fileExists(atPath: path) { found.append(path) }
        }
        found += Bench.monitors(of: name).map { "process \($0)" }
        let listed = try await call("ps", "--json")
        if listed.status != 0 || listed.text.contains("\"\(name)\"") { found.append("ps: \(listed)") }
        if let address, try await leaseStays(address) { found.append("lease of \(address)") }
        return found
    }

    /// A released lease is gone as soon as the DHCP server has read the packet.
    private func leaseStays(_ address: String) async throws -> Bool {
        let network = try network
        do {
            try await eventually("the end of the lease", within: .seconds(30)) {
                let leases = try await self.virsh("net-dhcp-leases", network)
                return leases.text.contains(address + "/") ? nil : true
            }
        } catch is WaitFailure { return true }
        return false
    }

    /// Process ids of the QEMU processes of a container.
    static func monitors(of name: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { process in
            let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.split(separator: 0) ?? []
            return words.contains { $0.starts(with: Data("guest=bulkhead-\(name),".utf8)) }
        }
    }

    /// Everything in the state directory and every domain: a refusal must not change it.
    func snapshot() async throws -> [String] {
        let folders = ["containers", "locks", "history"]
        let files = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: state + "/" + folder)) ?? []).map {
                folder + "/" + $0
            }
        }
        return files.filter { $0 != "locks/.network" }.sorted()
            + (try await virsh("list", "--all", "--name")).lines.filter { $0.hasPrefix("bulkhead-run-") }.sorted()
    }

    /// Takes the network away; a suite whose containers are not all gone has failed.
    func end() async throws {
        if FileManager.default.fileExists(atPath: state) { try await sweep() }
        guard let host else { return }
        let stop = try RunningProgram(
            [Bench.repository + "/bin/test-host", "stop"].map { Array($0.utf8) },
            environment: environment(["BULKHEAD_HOST": host]))
        #expect(try await stop.wait(within: .seconds(60)) == 0, "\(stop.errorText)")
    }

    private func sweep() async throws {
        let swept = try await call("sweep", "--network", "--json")
        let findings = try JSONDecoder().decode([SweepFinding].self, from: Data(swept.output))
        let left = findings.filter { $0.verdict == "remove" && !$0.what.hasPrefix("network ") }
        #expect(swept.status == 0, "\(swept)")
        #expect(left.isEmpty, "the suite left: \(left)")
    }
}

/// What `bulkhead sweep --json` says of one thing.
struct SweepFinding: Decodable {
    var what: String
    var verdict: String
    var why: String
    var failure: String?
}
