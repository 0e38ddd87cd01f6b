import Dispatch
import Glibc
import Synchronization

/// Passes SIGINT and SIGTERM on to the command; a second one of either destroys the guest.
final class SignalRelay: Sendable {
    let forCommand: AsyncStream<Int32>
    /// Dispatch locks its objects itself.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let second = Mutex<(@Sendable () -> Void)?>(nil)

    var secondSignal: (@Sendable () -> Void)? {
        get { second.withLock { $0 } }
        set { second.withLock { $0 = newValue } }
    }

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(4))
        forCommand = stream
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        let count = Counter()
        for (source, number) in zip(sources, [SIGINT, SIGTERM, SIGHUP]) {
            source.setEventHandler { [weak self] in
                if count.next() > 1 { self?.secondSignal?() } else { continuation.yield(number) }
            }
            source.resume()
        }
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}
