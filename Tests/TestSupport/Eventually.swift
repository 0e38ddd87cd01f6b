/// Something that a test waited for did not come.
public struct WaitFailure: Error, CustomStringConvertible {
    public let what: String
    public init(what: String) { self.what = what }
    public var description: String { "waited in vain for \(what)" }
}

/// Asks again and again until there is an answer.
///
/// - Throws: ``WaitFailure`` at the end of the limit, or what asking threw.
@discardableResult
public func eventually<Value>(
    _ what: String, within limit: Duration, _ ask: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while true {
        if let value = try await ask() { return value }
        guard ContinuousClock.now < end else { throw WaitFailure(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
