import Synchronization

/// Why candidates were refused, each reason once, for the error that may come.
final class Refusals: Sendable {
    private let notes = Mutex<[String]>([])

    func note(_ text: String) {
        notes.withLock { if !$0.contains(text) && $0.count < 20 { $0.append(text) } }
    }

    var all: [String] { notes.withLock { $0 } }
}
