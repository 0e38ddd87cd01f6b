import Glibc
import Isolation

extension BulkheadError {
    /// Something on this host that we needed failed.
    static func host(_ subject: String, _ error: any Error) -> BulkheadError {
        if let error = error as? BulkheadError { return error }
        let code = (error as? SystemCallError)?.code
        let reason: Reason =
            switch code {
            case ENOSPC, EDQUOT: .diskFull
            case EACCES, EPERM: .permissionDenied
            default: .launcherFailed
            }
        return BulkheadError(
            reason, subject, "\(error)", remedy: "see that it exists, and its owner, permissions and free space")
    }
}
