import Foundation
import Isolation
import Libvirt

/// This host's libvirt, with errors in our words.
struct VirtualHost: Sendable {
    let connection: Connection

    /// - Throws: ``BulkheadError`` with `permissionDenied` or `hypervisorUnreachable`.
    static func open(_ uri: String) async throws -> VirtualHost {
        do {
            return VirtualHost(connection: try await Connection.open(uri))
        } catch let error as LibvirtError {
            if error.message.contains("ermission denied") || error.code == .authFailed || error.code == .authCancelled {
                throw BulkheadError(
                    .permissionDenied, "libvirt at \(uri)", error.message,
                    remedy:
                        "join the group that may use it (usermod -aG libvirt $USER, then log in anew) or run as root")
            }
            throw BulkheadError(
                .hypervisorUnreachable, "libvirt at \(uri)", error.message,
                remedy:
                    "start it (systemctl start libvirtd), or let bin/bulkhead start a private one; bulkhead doctor tells more"
            )
        }
    }

    func capacity(disk path: String) async throws -> HostCapacity {
        let node = try await connection.nodeInfo()
        var capacity = Host.capacity(disk: path)
        capacity.processors = Int(node.cpus)
        capacity.memory = Memory(bytes: node.memory.bytes)
        return capacity
    }
}

extension LibvirtError {
    /// In our words, for what was tried on `subject`.
    func named(_ subject: String, _ reason: BulkheadError.Reason = .hypervisorRefused) -> BulkheadError {
        if isConnectionLost {
            return BulkheadError(
                .hypervisorLost, subject, message, remedy: "libvirt went away in mid-launch; try again when it is back")
        }
        return BulkheadError(
            reason, subject, message, remedy: "bulkhead doctor walks the whole chain and says what denies it")
    }

    /// The daemon went away, as its client library sees it.
    var isConnectionLost: Bool { origin == .rpc || code == .noConnect || code == .invalidConnection }
}
