/// When each stage of a launch began and ended, from the moment the command was given.
public struct Timeline: Hashable, Sendable {
    /// Written in whole milliseconds.
    public struct Entry: Hashable, Encodable, Sendable {
        public var stage: LaunchStage
        /// Since the start of the launch.
        public var begin: Duration
        /// Nil while it lasts.
        public var duration: Duration?
        public var budget: Duration?
        /// The error's name where the stage failed.
        public var failure: BulkheadError.Reason?

        private enum CodingKeys: String, CodingKey {
            case stage, beginMilliseconds, milliseconds, budgetMilliseconds, failure
        }

        public func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(stage, forKey: .stage)
            try fields.encode(begin.milliseconds, forKey: .beginMilliseconds)
            try fields.encodeIfPresent(duration?.milliseconds, forKey: .milliseconds)
            try fields.encodeIfPresent(budget?.milliseconds, forKey: .budgetMilliseconds)
            try fields.encodeIfPresent(failure, forKey: .failure)
        }
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    public mutating func begin(_ stage: LaunchStage, at time: Duration, budget: Duration?) {
        entries.append(Entry(stage: stage, begin: time, budget: budget))
    }

    /// Ends the stage that was begun last; nothing happens where it has ended.
    public mutating func end(at time: Duration, failure: BulkheadError.Reason? = nil) {
        guard let last = entries.indices.last, entries[last].duration == nil else { return }
        entries[last].duration = time - entries[last].begin
        entries[last].failure = failure
    }

    public var current: LaunchStage? { entries.last?.stage }
}

extension Duration {
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
