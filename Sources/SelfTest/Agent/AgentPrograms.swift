/// What the test has an agent of its own from.
public struct AgentPrograms: Sendable {
    /// Of `bulkhead-agent` and `bulkhead`.
    var directory: String
    /// Which machines it makes.
    var flags: [String]

    public init(directory: String, flags: [String]) { (self.directory, self.flags) = (directory, flags) }

    var agent: String { directory + "/bulkhead-agent" }
    var bulkhead: String { directory + "/bulkhead" }
}
