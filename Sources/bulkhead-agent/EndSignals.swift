import Dispatch
import Glibc
import Isolation

/// SIGTERM and SIGINT.
final class EndSignals: Sendable {
    private let first = Once<Void>()
    /// Dispatch locks its objects itself.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init() {
        let first = first
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { first.fulfil(.success(())) }
            source.resume()
            return source
        }
    }

    func wait() async { try? await first.value() }
}
