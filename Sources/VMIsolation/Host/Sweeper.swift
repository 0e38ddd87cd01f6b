import Foundation
import HostIsolation
import Isolation
import Libvirt

/// Finds what killed runs left: rows of the ledger that no process looks after, domains with our tag that the ledger
/// does not know, directories and locks of nobody. What is not ours is listed and never touched.
public struct Sweeper: Sendable {
    public struct Finding: Sendable, Codable {
        public enum Verdict: String, Sendable, Codable { case remove, leave }

        public var what: String
        public var verdict: Verdict
        public var why: String
        /// Set where removing it failed.
        public var failure: String?
    }

    let engine: Engine
    let machines: Engine.Machines

    public init(_ engine: Engine, _ machines: Engine.Machines) {
        self.engine = engine
        self.machines = machines
    }

    /// - Parameters:
    ///   - dryRun: only say what would go, and why.
    ///   - network: take our own network away, too, where no guest uses it.
    public func sweep(dryRun: Bool, network: Bool) async throws -> [Finding] {
        var findings = try await containers(dryRun: dryRun)
        for launcher in Set(try engine.store.records().map(\.launcher)).union(["vm", "process"]).sorted() {
            findings += try await orphans(of: launcher, dryRun: dryRun)
        }
        findings += try files(dryRun: dryRun)
        for kind in [GuestNetwork.Kind.closed, .open] {
            let host = try await engine.link.connect()
            let own = OwnNetwork(
                connection: host.connection, ledger: engine.ledger, state: engine.state, template: nil, kind: kind)
            if network { findings += try await remove(own, dryRun: dryRun) }
            findings += try await walls(of: own, dryRun: dryRun)
        }
        return findings
    }

    private func containers(dryRun: Bool) async throws -> [Finding] {
        var findings: [Finding] = []
        for record in try engine.store.records() {
            let what = "container \(record.id)"
            let isAttended = FileLock.isHeld(engine.state.lock(record.id))
            if let why = reasonToLeave(record, ContainerSummary.State(record, isAttended: isAttended)) {
                findings.append(Finding(what: what, verdict: .leave, why: why))
                continue
            }
            var finding = Finding(what: what, verdict: .remove, why: "the process that launched it is gone")
            if !dryRun { finding.failure = await failure { try await remove(record) } }
            findings.append(finding)
        }
        return findings
    }

    private func reasonToLeave(_ record: ContainerRecord, _ state: ContainerSummary.State) -> String? {
        switch state {
        case .active: "a running bulkhead looks after it"
        case .kept: "kept on purpose; end it: bulkhead rm \(record.id)"
        case .ended: "it has ended, and its result was not taken yet; drop it: bulkhead rm \(record.id)"
        case .unattended: "its command runs on, and its agent will find it; end it: bulkhead rm \(record.id)"
        case .orphaned: nil
        }
    }

    private func remove(_ record: ContainerRecord) async throws {
        let containerizer = try engine.containerizer(machines, try IsolationList(record.launcher))
        guard let report = try await containerizer.destroyUnattended(record.id) else { return }
        if let failure = report.cleanUpFailure { throw failure }
        try await containerizer.forget(record.id)
    }

    private func failure(_ body: () async throws -> Void) async -> String? {
        do { try await body() } catch { return "\(error)" }
        return nil
    }

    private func orphans(of name: String, dryRun: Bool) async throws -> [Finding] {
        let launcher = try engine.containerizer(machines, try IsolationList(name)).launcher
        let found = try await launcher.machines()
        let records = try engine.store.records()
        let actions = Recovery.actions(
            [], found, others: Set(records.map(\.machine)), owner: engine.ledger.owner, bootID: ProcessIdentity.thisBoot)
        var findings: [Finding] = []
        for action in actions {
            switch action {
            case .leave(let machine, let why):
                findings.append(Finding(what: "domain \(machine.name)", verdict: .leave, why: why))
            case .removeOrphan(let machine):
                let age = machine.created.map { "; made \(Int(Date().timeIntervalSince1970) - $0) s ago" } ?? ""
                var finding = Finding(
                    what: "domain \(machine.name)", verdict: .remove,
                    why: "our tag, but the ledger does not know it\(age)")
                if !dryRun { finding.failure = await failure { try await launcher.remove(machine) } }
                findings.append(finding)
            case .follow, .destroy, .report, .keep: continue
            }
        }
        return findings
    }

    /// Directories and locks without a row, their makers gone.
    private func files(dryRun: Bool) throws -> [Finding] {
        let known = Set(try engine.store.records().map(\.id.description))
        var findings: [Finding] = []
        for folder in ["containers", "locks"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(engine.state.root)/\(folder)")) ?? []
            for name in names.sorted() where !known.contains(name) {
                guard let container = try? ContainerID(name),
                    let lock = try FileLock.take(engine.state.lock(container)),
                    try engine.store.record(container) == nil
                else { continue }
                let path = "\(engine.state.root)/\(folder)/\(name)"
                var finding = Finding(what: path, verdict: .remove, why: "no container of that name is known")
                if !dryRun, folder == "containers" {
                    do { try FileManager.default.removeItem(atPath: path) } catch { finding.failure = "\(error)" }
                }
                if !dryRun || folder == "containers" { lock.remove() }
                findings.append(finding)
            }
        }
        return findings
    }

    private func remove(_ own: OwnNetwork, dryRun: Bool) async throws -> [Finding] {
        guard let network = try? await own.connection.network(named: own.name) else { return [] }
        let what = "network \(own.name)"
        let use = try engine.ledger.poolUse(of: own.name)
        guard use.free == use.all else { return [Finding(what: what, verdict: .leave, why: "guests use it")] }
        if !dryRun {
            try await own.remove(network)
            let filter = GuestFilter(connection: own.connection, owner: own.ledger.owner)
            if own.kind == .closed { try await filter.remove() }
        }
        return [Finding(what: what, verdict: .remove, why: "asked for, and no guest uses it")]
    }

    /// Of a network that somebody else has removed.
    private func walls(of own: OwnNetwork, dryRun: Bool) async throws -> [Finding] {
        // Where there is no nft there are no rules.
        guard PacketFilter.isAllowed, let tables = try? await PacketFilter().tables(), tables.contains(own.name),
            try await !own.connection.networks().contains(where: { $0.name == own.name })
        else { return [] }
        var finding = Finding(
            what: "nftables table \(own.name)", verdict: .remove, why: "the network that it kept in is gone")
        if !dryRun { finding.failure = await failure { try await PacketFilter().remove(own.name) } }
        return [finding]
    }
}

/// Our element in a domain's metadata.
struct OwnerTag {
    let owner: String
    let created: Int

    /// - Throws: where the domain has none.
    init(_ domain: Domain) async throws {
        let xml = try await domain.metadata(namespace: DomainPlan.metadataNamespace)
        guard let element = xml.flatMap({ try? DomainDocument($0).root }), let owner = element["owner"],
            let created = element["created"].flatMap({ Int($0) })
        else {
            throw BulkheadError(.unknownContainer, "domain \(domain.name)", "its tag is incomplete", remedy: "")
        }
        self.owner = owner
        self.created = created
    }
}
