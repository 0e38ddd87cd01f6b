import Isolation

/// Runs something and then what cleans up after it: to the end, also where the test was cancelled.
///
/// - Throws: what the body throws.
func cleaningUp<Value: Sendable>(
    _ end: @escaping @Sendable () async -> Void, after body: () async throws -> Value
) async throws -> Value {
    let result: Result<Value, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    await shielded(end)
    return try result.get()
}
