internal import CLibvirt
internal import Synchronization

/// Owns one reference to a `virConnect` and gives it back when it is closed and no longer used.
///
/// Calls, domains, networks and event streams are users: the pointer is valid as long as there is one. The last
/// reference is given back on a thread of the connection's own, because libvirt then says goodbye to its daemon.
/// `@unchecked Sendable`: libvirt locks its objects itself, so any thread may use them.
@safe final class ConnectionHandle: @unchecked Sendable {
    private struct State {
        var closed = false
        var users = 0
        /// Somebody has taken on the duty to give the reference back.
        var released = false

        mutating func takeReleaseDuty() -> Bool {
            guard closed, users == 0, !released else { return false }
            released = true
            return true
        }
    }

    let pointer: virConnectPtr
    let threads: CallThreads
    let end: ConnectionEnd
    let events = DomainEventRegistry()
    let reference: ConnectionReference
    private let state = Mutex(State())

    init(_ reference: ConnectionReference, threads: CallThreads) {
        unsafe pointer = reference.pointer
        self.threads = threads
        end = reference.end
        self.reference = reference
    }

    deinit {
        if state.withLock({ !$0.released }) { release() }
    }

    /// Becomes a user, unless the connection was closed. `giveBack()` ends it.
    func borrow(for call: String) throws(LibvirtError) {
        let open = state.withLock { state in
            if !state.closed { state.users += 1 }
            return !state.closed
        }
        guard open else {
            throw LibvirtError(call: call, code: .invalidConnection, message: "the connection was closed")
        }
    }

    /// Becomes a user while another one, the caller, makes sure that the pointer is valid.
    func addUser() {
        state.withLock { $0.users += 1 }
    }

    func giveBack() {
        let last = state.withLock { state in
            state.users -= 1
            return state.takeReleaseDuty()
        }
        if last { release() }
    }

    /// Lets no new call begin, ends all streams, and gives the reference back once the last user is gone.
    func close() {
        let unused = state.withLock { state in
            state.closed = true
            return state.takeReleaseDuty()
        }
        end.end(nil)
        if unused { release() }
    }

    private func release() {
        threads.submit { [reference] in reference.giveBack() }
    }
}
