/// When sandboxes of ended containers are removed. Mesos' flags and their defaults.
public struct CollectionOptions: Hashable, Sendable {
    /// `gc_delay`
    public var delay = Duration.seconds(7 * 86400)
    /// `gc_disk_headroom`, from 0 to 1.
    public var headroom = 0.1
    /// `disk_watch_interval`
    public var interval = Duration.seconds(60)

    public init() {}

    /// How old a sandbox may become; Mesos' formula.
    ///
    /// - Parameter use: of the disk, from 0 to 1.
    func allowedAge(at use: Double) -> Duration { delay * max(0, 1 - headroom - use) }
}
