internal import Dispatch
internal import Glibc

/// One try to connect to a port, without a blocked thread.
actor ConnectAttempt {
    private let executor = SerialQueueExecutor(label: "ssh.connect")
    private let target: String
    private var descriptor: CInt = -1
    private var sources: [any DispatchSourceProtocol] = []
    private var continuation: CheckedContinuation<CInt, any Error>?
    private var isCancelled = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(to target: String) {
        self.target = target
    }

    /// Returns a connected, non-blocking socket, which the caller owns.
    /// - Throws: ``SSHError`` of the step `connect`, or `CancellationError`.
    static func connect(to host: String, port: UInt16, within timeout: Duration) async throws -> CInt {
        let target = "\(host) port \(port)"
        guard let address = SocketAddress(host, port: port) else {
            throw SSHError(.connect, .invalidArgument, "\(host) is no numeric address")
        }
        let attempt = ConnectAttempt(to: target)
        return try await withTaskCancellationHandler {
            try await attempt.start(address, within: timeout)
        } onCancel: {
            attempt.executor.queue.async { attempt.assumeIsolated { $0.cancel() } }
        }
    }

    private func start(_ address: SocketAddress, within timeout: Duration) async throws -> CInt {
        if isCancelled { throw CancellationError() }
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw failure(errno) }
        var on: CInt = 1
        unsafe setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        let status = address.connect(descriptor)
        if status == 0 { return descriptor }
        guard status == EINPROGRESS else {
            close(descriptor)
            throw failure(status)
        }
        return try await withCheckedThrowingContinuation { continuation in
            self.continuation = continuation
            watch(within: timeout)
        }
    }

    private func watch(within timeout: Duration) {
        let writable = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: executor.queue)
        writable.setEventHandler { [self] in assumeIsolated { $0.socketIsReady() } }
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        timer.setEventHandler { [self] in assumeIsolated { $0.timeIsUp() } }
        timer.schedule(deadline: .now() + timeout.dispatchInterval)
        sources = [writable, timer]
        sources.forEach { $0.activate() }
    }

    private func socketIsReady() {
        var status: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &length)
        finish(status == 0 ? .success(descriptor) : .failure(failure(status)))
    }

    private func timeIsUp() {
        finish(.failure(SSHError(.connect, .timedOut, "\(target) did not answer in time")))
    }

    private func cancel() {
        isCancelled = true
        finish(.failure(CancellationError()))
    }

    /// Once: later calls find no continuation. The socket is given away, or closed, after Dispatch has let go of it.
    private func finish(_ result: Result<CInt, any Error>) {
        guard let continuation else { return }
        self.continuation = nil
        let descriptor = descriptor
        sources[0].setCancelHandler {
            if case .failure = result { close(descriptor) }
            continuation.resume(with: result)
        }
        sources.forEach { $0.cancel() }
        sources = []
    }

    private func failure(_ status: CInt) -> SSHError {
        let reason: SSHError.Reason = status == ECONNREFUSED ? .refused : .unreachable
        return SSHError(.connect, reason, "cannot connect to \(target)", errno: status)
    }
}
