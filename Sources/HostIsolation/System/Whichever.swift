/// Waits for the first of two, and stops to wait for the other.
func whichever(
    _ one: @escaping @Sendable () async throws -> Void, _ other: @escaping @Sendable () async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(operation: one)
        group.addTask(operation: other)
        defer { group.cancelAll() }
        try await group.next()
    }
}
