/// Runs work that heeds cancellation, and cancels it after a time.
func withTimeout<Value: Sendable>(
    _ call: String,
    _ timeout: Duration,
    _ clock: any Clock<Duration>,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await clock.sleep(for: timeout)
            throw LibvirtError(call: call, code: .operationTimeout, message: "no answer within \(timeout)")
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
