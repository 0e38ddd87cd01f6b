import Glibc
import Isolation

/// A system call that failed, in the system's own words.
struct HostCallError: Error, Hashable, CustomStringConvertible {
    let call: String
    let code: Int32

    var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// Makes the call, again where a signal broke it off, and turns -1 into the error.
    @discardableResult
    static func check<Value: SignedInteger>(_ call: String, _ body: () -> Value) throws(HostCallError) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if code != EINTR { throw HostCallError(call: call, code: code) }
        }
    }
}

extension BulkheadError {
    /// Something on this host that we needed failed.
    static func host(_ subject: String, _ error: any Error) -> BulkheadError {
        if let error = error as? BulkheadError { return error }
        let code = (error as? HostCallError)?.code
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
