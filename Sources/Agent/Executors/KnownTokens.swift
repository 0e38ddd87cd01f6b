import Synchronization

/// Tokens that were found good, as an executor's every call brings the same one. Only those of our own making are kept:
/// they never expire.
final class KnownTokens: Sendable {
    /// At so many all are proven anew.
    private static let limit = 4096
    private let known = Mutex<[Substring: ExecutorToken]>([:])

    /// - Parameter now: seconds since 1970.
    func token(
        _ text: Substring, secret: ExecutorSecret, now: Double
    ) throws(ExecutorToken.Refusal) -> ExecutorToken {
        if let token = known.withLock({ $0[text] }) { return token }
        let token = try ExecutorToken(text, secret: secret, now: now)
        guard token.signed(with: secret) == text else { return token }
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[text] = token
        }
        return token
    }
}
