/// Why bytes are no message of the kind that was asked for.
public struct MalformedMessage: Error, Hashable, Sendable, CustomStringConvertible {
    /// In words, with the member it is about and where.
    public let description: String

    public init(_ description: String) { self.description = description }
}
