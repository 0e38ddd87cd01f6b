import FoundationEssentials
import Isolation

/// What a program may write on its standard output, as JSON. It is an administrator's, but a mistake in it must not be ours.
struct ExternalAnswer: Decodable {
    struct Machine: Decodable {
        var id: UUID
        var name: String
        var owner: String?
        var running: Bool
    }

    struct Usage: Decodable {
        /// Nanoseconds.
        var cpuUser: UInt64?
        var cpuSystem: UInt64?
        /// Bytes.
        var memory: UInt64?
    }

    // `describe`
    var `protocol`: Int?
    var operations: [String]?
    // `wait`: one of them
    var exited: Int32?
    var signalled: Int32?
    var outOfMemory: Bool?
    var failed: String?
    // `list`
    var containers: [Machine]?
    // `usage`, by container id
    var usage: [String: Usage]?
    // `update`: one of them, or neither
    var pending: String?
    var refused: String?

    /// How the command ended; nil where the answer does not say.
    var termination: Termination? {
        let evidence = ["answer of the external program"]
        if let exited, (0...255).contains(exited) { return Termination(.exited(exited), evidence: evidence) }
        if let signalled, (1...64).contains(signalled) { return Termination(.signalled(signalled), evidence: evidence) }
        if outOfMemory == true { return Termination(.outOfMemory, evidence: evidence) }
        if let failed {
            let error = BulkheadError(
                .launcherFailed, "external program", String(failed.prefix(1000)),
                remedy: "see external.log in the sandbox")
            return Termination(.hostFailed(error), evidence: evidence)
        }
        return nil
    }
}
