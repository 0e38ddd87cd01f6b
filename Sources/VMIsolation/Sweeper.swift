import Foundation
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

    public init(_ engine: Engine) { self.engine = engine }

    /// - Parameters:
    ///   - dryRun: only say what would go, and why.
    ///   - network: take our own network away, too, where no guest uses it.
    public func sweep(dryRun: Bool, network: Bool) async throws -> [Finding] {
        let host = try await VirtualHost.open(engine.connection)
        var findings = try await rows(host, dryRun: dryRun)
        findings += try await domains(host, dryRun: dryRun)
        findings += try files(dryRun: dryRun)
        if network { findings += try await ownNetwork(host, dryRun: dryRun) }
        return findings
    }

    private func rows(_ host: VirtualHost, dryRun: Bool) async throws -> [Finding] {
        var findings: [Finding] = []
        for row in try engine.ledger.containers() {
            let container = try ContainerID(row.id)
            let what = "container \(row.id)"
            guard let lock = try FileLock.take(engine.state.lock(container)) else {
                findings.append(Finding(what: what, verdict: .leave, why: "a running bulkhead looks after it"))
                continue
            }
            if row.kept {
                findings.append(
                    Finding(what: what, verdict: .leave, why: "kept on purpose; end it: bulkhead rm \(row.id)"))
                continue
            }
            // Its owner may have ended it between our look at the ledger and our taking the lock.
            guard try engine.ledger.container(container) != nil else { continue }
            var finding = Finding(what: what, verdict: .remove, why: "the process that launched it is gone")
            if !dryRun {
                do {
                    try await Destroyer(engine: engine).destroy(row, host: host)
                    lock.remove()
                } catch { finding.failure = "\(error)" }
            }
            findings.append(finding)
        }
        return findings
    }

    private func domains(_ host: VirtualHost, dryRun: Bool) async throws -> [Finding] {
        let known = Set(try engine.ledger.containers().map { $0.uuid.lowercased() })
        var findings: [Finding] = []
        for domain in try await host.connection.domains() where !known.contains(domain.uuid.uuidString.lowercased()) {
            guard let tag = try? await OwnerTag(domain) else {
                findings.append(Finding(what: "domain \(domain.name)", verdict: .leave, why: "not made by Bulkhead"))
                continue
            }
            guard tag.owner == engine.ledger.owner else {
                findings.append(
                    Finding(
                        what: "domain \(domain.name)", verdict: .leave,
                        why: "belongs to another state directory, owner \(tag.owner)"))
                continue
            }
            var finding = Finding(
                what: "domain \(domain.name)", verdict: .remove,
                why: "our tag, but the ledger does not know it; made \(tag.age) s ago")
            if !dryRun {
                do { try await Destroyer(engine: engine).removeDomain(domain) } catch { finding.failure = "\(error)" }
            }
            findings.append(finding)
        }
        return findings
    }

    /// Directories and locks without a row, their makers gone.
    private func files(dryRun: Bool) throws -> [Finding] {
        let known = Set(try engine.ledger.containers().map(\.id))
        var findings: [Finding] = []
        for folder in ["containers", "locks"] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(engine.state.root)/\(folder)")) ?? []
            for name in names.sorted() where !known.contains(name) {
                guard let container = try? ContainerID(name),
                    let lock = try FileLock.take(engine.state.lock(container)),
                    try engine.ledger.container(container) == nil
                else { continue }
                let path = "\(engine.state.root)/\(folder)/\(name)"
                if !dryRun, folder == "containers" { try? FileManager.default.removeItem(atPath: path) }
                if !dryRun || folder == "containers" { lock.remove() }
                findings.append(Finding(what: path, verdict: .remove, why: "no container of that name is known"))
            }
        }
        return findings
    }

    private func ownNetwork(_ host: VirtualHost, dryRun: Bool) async throws -> [Finding] {
        let own = OwnNetwork(connection: host.connection, ledger: engine.ledger, state: engine.state, template: nil)
        guard let network = try? await host.connection.network(named: own.name) else { return [] }
        let what = "network \(own.name)"
        let use = try engine.ledger.poolUse(of: own.name)
        guard use.free == use.all else { return [Finding(what: what, verdict: .leave, why: "guests use it")] }
        if !dryRun { try await own.remove(network) }
        return [Finding(what: what, verdict: .remove, why: "asked for, and no guest uses it")]
    }
}

/// Our element in a domain's metadata.
struct OwnerTag {
    let owner: String
    let created: Int

    var age: Int { Int(Date().timeIntervalSince1970) - created }

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
