import Isolation
import VMIsolation

/// A guest that runs, and where it is.
typealias Guest = (canary: Canary, place: GuestPlace)

/// Launches guests for a test, two at a time, and takes them away at its end.
struct Guests: Sendable {
    let engine: Engine
    let containerizer: Containerizer
    let image: String
    /// The canary's, on the host.
    let program: String

    /// To the end, also where the test was cancelled.
    ///
    /// - Throws: ``BulkheadError`` where a guest does not come to run, and what the body throws.
    func withTwo<Value: Sendable>(
        _ egress: (EgressPolicy, EgressPolicy) = (.nothing, .nothing),
        _ body: (Guest, Guest) async throws -> Value
    ) async throws -> Value {
        let (one, other) = (Canary(containerizer, in: engine.state), Canary(containerizer, in: engine.state))
        return try await cleaningUp {
            async let first: Void = one.destroy()
            await other.destroy()
            await first
        } after: {
            async let first: Void = one.launch(image: image, program: program, egress: egress.0)
            async let second: Void = other.launch(image: image, program: program, egress: egress.1)
            _ = try await (first, second)
            return try await body(
                (one, try await engine.place(of: one.id)), (other, try await engine.place(of: other.id)))
        }
    }
}
