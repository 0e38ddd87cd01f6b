import Foundation
import Isolation
import SSH

/// Who one guest is, made on the host for one launch: no two guests share any of it, and it dies with the guest.
struct GuestIdentity: Sendable {
    let hostname: String
    /// 32 hexadecimal digits, as in `/etc/machine-id`.
    let machineID: String
    /// What the guest proves to be with.
    let hostKey: SSHPrivateKey
    /// What we log in with; leaves this process's memory only where a later one must reach the guest.
    let clientKey: SSHPrivateKey

    init(_ container: ContainerID, uuid: UUID) {
        hostname = container.description
        machineID = uuid.uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        hostKey = SSHPrivateKey.generate()
        clientKey = SSHPrivateKey.generate()
    }
}
