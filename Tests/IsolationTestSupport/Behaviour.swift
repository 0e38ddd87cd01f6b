public import Isolation
import Synchronization

/// What a fake is to do when it is called.
public enum Behaviour: Sendable {
    case works
    case fails(any Error)
    /// Until it is cancelled.
    case hangs
    /// Deaf to cancellation, as a call into C is, until it is let go.
    case hangsDeaf(until: Once<Void>)
    /// An answer that no honest one gives; the fake says which.
    case nonsense
    /// Works as soon as it is let go.
    case waits(for: Once<Void>)

    /// - Returns: whether the answer is to be nonsense.
    @discardableResult
    public func act() async throws -> Bool {
        switch self {
        case .works: return false
        case .nonsense: return true
        case .fails(let error): throw error
        case .hangs: try await untilCancelled()
        case .waits(let gate):
            try await gate.value()
            return false
        case .hangsDeaf(let gate):
            await shielded { _ = try? await gate.value() }
            return false
        }
    }
}

/// An error of a kind that the core has never heard of.
public struct StrangeError: Error, Hashable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// The behaviours of one fake by call, changed at any time.
public final class Script: Sendable {
    private let behaviours = Mutex<[String: [Behaviour]]>([:])

    public init() {}

    /// - Parameter times: how many calls, the later ones work; nil for all.
    public func set(_ call: String, _ behaviour: Behaviour, times: Int? = nil) {
        behaviours.withLock {
            $0[call] = times.map { Array(repeating: behaviour, count: $0) + [.works] } ?? [behaviour]
        }
    }

    /// Call by call; the last one stays.
    public func set(_ call: String, _ list: [Behaviour]) { behaviours.withLock { $0[call] = list } }

    /// Whether a wish was set, such as a refusal, that is no behaviour of a call.
    public func isSet(_ wish: String) -> Bool { behaviours.withLock { $0[wish] != nil } }

    public func next(_ call: String) -> Behaviour {
        behaviours.withLock { behaviours in
            guard let list = behaviours[call], let first = list.first else { return .works }
            if list.count > 1 { behaviours[call] = Array(list.dropFirst()) }
            return first
        }
    }
}
