internal import CLibvirt

/// A connection to a hypervisor. Source: `virConnectPtr`.
///
/// Copies share one connection; it ends with ``close()`` or with the last of them and of the objects and streams
/// that came from it. A connection makes its calls on threads of its own.
///
/// Every method throws ``LibvirtError``, or `CancellationError`. Cancelling a task ends its wait for a free thread at
/// once. A call that runs cannot be stopped: one that only reads is left behind when its task is cancelled, one that
/// changes something is waited for, so that its caller knows when it is over.
public struct Connection: Sendable {
    let handle: ConnectionHandle

    /// Opens a connection to a hypervisor. Source: `virConnectOpenAuth`, without authentication callbacks.
    ///
    /// A hypervisor that does not answer is left behind after `timeout`, and when the task is cancelled.
    /// - Parameters:
    ///   - uri: such as `qemu:///system`; nil takes libvirt's default (`LIBVIRT_DEFAULT_URI`, or the first that works).
    ///   - threads: how many calls may run at once; more wait.
    /// - Throws: ``LibvirtError``, with `operationTimeout` after `timeout`; `CancellationError`.
    public static func open(
        _ uri: String?,
        readOnly: Bool = false,
        threads: Int = 4,
        timeout: Duration = .seconds(30),
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> Connection {
        try Library.ensureSetUp()
        try checkArgument("virConnectOpenAuth", uri)
        let threads = CallThreads(count: threads)
        return try await withTimeout("virConnectOpenAuth", timeout, clock) {
            try await threads.run(abandonable: true) {
                let reference = try ConnectionReference.open(uri, readOnly: readOnly)
                return Connection(handle: ConnectionHandle(reference, threads: threads))
            }
        }
    }

    /// Ends the connection. Source: `virConnectClose`.
    ///
    /// From now on every call throws `invalidConnection`, and all streams end. Returns at once: calls that run come to
    /// their end, and as with libvirt itself, the link to the hypervisor goes with the last object that came from it.
    public func close() {
        handle.close()
    }
}

extension Connection {
    var pointer: virConnectPtr { unsafe handle.pointer }

    /// Runs a libvirt call that changes something, and reads its error, on one of the connection's own threads.
    func blocking<Value: Sendable>(
        _ name: String,
        _ call: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await run(name, abandonable: false, call)
    }

    /// Runs a libvirt call that only reads. When cancelled it is left to itself and its answer dropped.
    func reading<Value: Sendable>(
        _ name: String,
        _ call: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await run(name, abandonable: true, call)
    }

    private func run<Value: Sendable>(
        _ name: String,
        abandonable: Bool,
        _ call: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await handle.threads.run(abandonable: abandonable) { [handle] in
            try handle.borrow(for: name)
            defer { handle.giveBack() }
            return try call()
        }
    }
}
