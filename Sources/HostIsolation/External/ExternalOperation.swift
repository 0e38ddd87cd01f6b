/// What an administrator's program is asked to do: its first argument. docs/external-launcher.md describes each.
public enum ExternalOperation: String, Codable, CaseIterable, Sendable {
    case describe, start, run, wait, stop, list
    /// Only where `describe` names them.
    case signal, update, usage, put, get

    static let optional: Set<ExternalOperation> = [.signal, .update, .usage, .put, .get]

    /// How long a call may take unless the caller says otherwise; nil: as long as the command runs.
    var budget: Duration? {
        switch self {
        case .wait: nil
        case .describe, .signal, .list, .usage, .update: .seconds(10)
        case .stop: .seconds(20)
        case .start, .run: .seconds(30)
        case .put, .get: .seconds(60)
        }
    }
}
