import HostIsolation

/// How walls were when we set them, or last looked at them.
struct WallStamp: Hashable, Codable, Sendable {
    /// The host's.
    var boot = ProcessIdentity.thisBoot
    /// Digest of what they were made from.
    var template: String
    /// Digest of the rules as the kernel lists them.
    var rules: String
    /// As long as it is the same, nobody has changed any rule of the host.
    var generation: String?
}
