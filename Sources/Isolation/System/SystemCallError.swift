import Glibc

/// A system call that failed, with its number in the system's own words.
package struct SystemCallError: Error, Hashable, CustomStringConvertible {
    package let call: String
    package let code: Int32

    package init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }

    /// Makes the call, again where a signal broke it off, and turns -1 into the error.
    @discardableResult
    package static func check<Value: SignedInteger>(_ call: String, _ body: () -> Value) throws(SystemCallError) -> Value {
        while true {
            let result = body()
            if result != -1 { return result }
            let code = errno
            if code != EINTR { throw SystemCallError(call: call, code: code) }
        }
    }

    /// Turns the error of a write to the host's disk into one for the user.
    package static func writing<Value>(
        _ subject: @autoclosure () -> String, _ body: () throws -> Value
    ) throws(BulkheadError) -> Value {
        try naming(.fileUnwritable, subject(), body)
    }

    /// Turns the error of a read of the host's files into one for the user.
    package static func reading<Value>(
        _ subject: @autoclosure () -> String, _ body: () throws -> Value
    ) throws(BulkheadError) -> Value {
        try naming(.fileUnreadable, subject(), body)
    }

    private static func naming<Value>(
        _ reason: BulkheadError.Reason, _ subject: @autoclosure () -> String, _ body: () throws -> Value
    ) throws(BulkheadError) -> Value {
        do {
            return try body()
        } catch let error as BulkheadError {
            throw error
        } catch let error as SystemCallError where error.code == ENOSPC || error.code == EDQUOT {
            throw BulkheadError(.diskFull, subject(), error.description, remedy: "Free space there, or ask for less.")
        } catch {
            throw BulkheadError(reason, subject(), "\(error)", remedy: "Check the path, its owner and its permissions.")
        }
    }
}
