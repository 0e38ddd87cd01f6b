import Dispatch
import Glibc
import Synchronization

/// Passes SIGINT, SIGTERM and SIGHUP on to the command; a second one of any destroys the guest. What the caller had us
/// ignore, as `nohup` does, stays ignored.
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
        let heeded = [SIGINT, SIGTERM, SIGHUP].filter { !SignalRelay.ignore($0) }
        sources = heeded.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        let count = Counter()
        for (source, number) in zip(sources, heeded) {
            source.setEventHandler { [weak self] in
                if count.next() > 1 { self?.secondSignal?() } else { continuation.yield(number) }
            }
            source.resume()
        }
    }

    /// - Returns: whether it was ignored already.
    private static func ignore(_ number: Int32) -> Bool {
        unsafeBitCast(signal(number, SIG_IGN), to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
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
