internal import NIOPosix

/// The threads on which one connection makes its blocking calls. They end with the last reference.
final class CallThreads: Sendable {
    private let pool: NIOThreadPool

    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: max(count, 1))
        pool.start()
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }

    /// Runs work on one of the threads. The work keeps the threads, so that it is never dropped.
    func submit(_ work: @escaping @Sendable () -> Void) {
        pool.submit { [self] _ in
            // Here for want of a place where a thread begins; it costs a tenth of a microsecond.
            blockBrokenPipeSignal()
            withExtendedLifetime(self, work)
        }
    }

    /// Runs a call on one of the threads and waits for it.
    ///
    /// - Parameter abandonable: a cancelled caller does not wait for the end of a call that runs already.
    func run<Value: Sendable>(
        abandonable: Bool,
        _ call: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let pending = PendingCall<Value>(abandonable: abandonable)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard pending.enqueue(continuation) else { return }
                submit { pending.run(call) }
            }
        } onCancel: {
            pending.cancel()
        }
    }
}
