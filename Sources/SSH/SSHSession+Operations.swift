internal import CLibssh2
internal import Dispatch

extension SSHSession {
    /// Runs `attempt` until it returns a value: now, and again whenever something has changed.
    ///
    /// - Parameters:
    ///   - timeout: from now; nil waits as long as the session lives.
    ///   - attempt: must not wait; nil means not yet.
    func perform<Value: Sendable>(
        _ step: SSHError.Step, within timeout: Duration?,
        _ attempt: @escaping () throws(SSHError) -> Value?
    ) async throws -> Value {
        try Task.checkCancellation()
        if let value = try attempt() {
            flush()
            return value
        }
        if let failure { throw failure.during(step) }
        lastOperation += 1
        let id = lastOperation
        let deadline = timeout.map { ContinuousClock.now + $0 }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
                let retry = {
                    do throws(SSHError) {
                        guard let value = try attempt() else { return false }
                        continuation.resume(returning: value)
                    } catch {
                        continuation.resume(throwing: error)
                    }
                    return true
                }
                pending.append(
                    PendingOperation(id: id, step: step, deadline: deadline, retry: retry) {
                        continuation.resume(throwing: $0)
                    })
                flush()
                setTimer()
            }
        } onCancel: {
            executor.queue.async { self.assumeIsolated { $0.end(id, with: CancellationError()) } }
        }
    }

    private func end(_ id: UInt64, with error: any Error) {
        guard let index = pending.firstIndex(where: { $0.id == id }) else { return }
        pending.remove(at: index).fail(error)
    }

    /// Ends what is overdue, asks a silent server for a sign of life, and sets the timer anew.
    func timeHasPassed() {
        timerIsSetFor = nil
        let now = ContinuousClock.now
        for operation in pending.filter({ $0.deadline.map { $0 <= now } ?? false }) {
            end(operation.id, with: SSHError(operation.step, .timedOut, "no answer in time"))
        }
        keepAlive(now)
        setTimer()
    }

    /// Sets the timer to the next deadline, if it is earlier than what it is set to.
    func setTimer() {
        guard failure == nil, let next = (pending.compactMap(\.deadline) + [nextKeepAlive].compactMap(\.self)).min()
        else {
            return
        }
        if let timerIsSetFor, timerIsSetFor <= next { return }
        timerIsSetFor = next
        timer?.schedule(deadline: .now() + (next - .now).dispatchInterval, leeway: .milliseconds(1))
    }

    /// Turns a status of libssh2 into nothing (try again), a value, or an error that ends the session if it must.
    func check(_ step: SSHError.Step, _ status: Int) throws(SSHError) -> Int? {
        if status >= 0 { return status }
        let status = Int32(status)
        if status == LIBSSH2_ERROR_EAGAIN { return nil }
        throw error(step, status)
    }

    /// libssh2's last error, in its own words.
    func error(_ step: SSHError.Step, _ status: Int32) -> SSHError {
        let code = LibSSH2Code(rawValue: status)
        var message = "libssh2 gave no reason"
        var text: UnsafeMutablePointer<CChar>?
        if code == .assertionFailed {
            message = "the server sent a packet that libssh2 cannot digest"
        } else if let session = unsafe session {
            unsafe libssh2_session_last_error(session, &text, nil, 0)
            if let text = unsafe text { message = unsafe String(cString: text) }
        }
        let reason: SSHError.Reason =
            switch code {
            case .socketSend, .socketReceive, .socketDisconnect: .disconnected
            case .authenticationFailed, .publicKeyUnverified, .channelFailure, .channelRequestDenied: .denied
            case .timeout: .timedOut
            case .outOfMemory: .limitExceeded
            default: .protocolViolation
            }
        let errno = transport.endErrno.flatMap { $0 == 0 ? nil : $0 }
        return SSHError(step, reason, message, code: code, errno: errno)
    }
}
