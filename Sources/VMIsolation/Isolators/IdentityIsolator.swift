import Foundation
import Isolation
import SSH

/// `vm/identity`: who the guest is, and the one key that it lets in, planted before it boots. docs/isolators/identity.md
struct IdentityIsolator: Isolator {
    let name = "vm/identity"

    init() {}

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        let identity = GuestIdentity(container.id, uuid: container.record.machine)
        plan.access = GuestAccess(
            hostKey: identity.hostKey.publicKey.line(), clientKey: Secret(identity.clientKey.pem))
        if plan.setsItselfUp {
            let seed = DomainPlan.Disk(
                target: "vdc", file: container.directory + "/seed.iso", format: .raw, serial: "seed", readOnly: true)
            try PrivateFile.replace(seed.file, with: try Seed.noCloud(identity))
            plan.disks.append(seed)
        } else {
            plan.seedFile = container.directory + "/seed"
            try PrivateFile.replace(container.directory + "/seed", with: try Seed.firmware(identity))
        }
        // Elsewhere the client's key never leaves this process.
        if container.config.keep || container.config.output == .sandbox {
            let files = AccessFiles(directory: container.directory)
            try PrivateFile.replace(files.clientKey, with: Array(identity.clientKey.pem.utf8))
            try PrivateFile.replace(files.hostKey, with: Array(identity.hostKey.publicKey.line().utf8))
        }
        return plan
    }

    func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        let files = AccessFiles(directory: container.directory)
        guard let key = FileManager.default.contents(atPath: files.clientKey),
            let host = FileManager.default.contents(atPath: files.hostKey)
        else {
            throw BulkheadError(
                .stateUnusable, "keys of \(container.id)", "\(files.clientKey) cannot be read",
                remedy: "without its key a running guest is lost: bulkhead rm \(container.id)")
        }
        var plan = plan
        plan.access = GuestAccess(
            hostKey: String(decoding: host, as: UTF8.self), clientKey: Secret(String(decoding: key, as: UTF8.self)))
        return plan
    }
}

/// Where the keys of one guest are for as long as it lives; all of mode 0600.
public struct AccessFiles: Sendable {
    let directory: String

    public init(directory: String) { self.directory = directory }

    public var clientKey: String { directory + "/client_key" }
    public var hostKey: String { directory + "/host_key.pub" }
    public var knownHosts: String { directory + "/known_hosts" }
}
