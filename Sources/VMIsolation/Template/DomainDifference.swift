/// One thing in a domain's XML that is not as the plan has it.
public struct DomainDifference: Hashable, Sendable, CustomStringConvertible {
    /// Where it stands, or where it should.
    public let line: Int
    /// Such as `memory` or `disk vda, format`.
    public let item: String
    public let expected: String
    public let found: String

    public var description: String { "line \(line): \(item): expected \(expected), found \(found)" }
}
