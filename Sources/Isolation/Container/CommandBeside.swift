/// A command that runs beside a container's own, for as long as its caller wants it.
public struct CommandBeside: Sendable {
    public var command: TaskCommand
    /// With signals for this command alone.
    public var streams: CommandStreams
    /// To be called once, when the command runs.
    public var commandRuns: @Sendable () async -> Void

    public init(
        _ command: TaskCommand, streams: CommandStreams, commandRuns: @escaping @Sendable () async -> Void = {}
    ) {
        self.command = command
        self.streams = streams
        self.commandRuns = commandRuns
    }
}
