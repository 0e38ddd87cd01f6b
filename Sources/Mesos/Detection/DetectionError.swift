/// Why no master can be found, and what helps.
public struct DetectionError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        /// The value of `--master` is none of the known forms.
        case addressMalformed
        case fileUnreadable
        case hostUnknown
        /// ZooKeeper lets us not read.
        case accessDenied
        /// What stands for the leader in ZooKeeper says not where it is.
        case contentMalformed
    }

    public let reason: Reason
    /// What it is about; without passwords.
    public let subject: String
    public let why: String
    public let remedy: String

    init(_ reason: Reason, _ subject: String, _ why: String, remedy: String) {
        (self.reason, self.subject, self.why, self.remedy) = (reason, subject, why, remedy)
    }

    public var description: String { "\(subject): \(why); \(remedy)" }
}
