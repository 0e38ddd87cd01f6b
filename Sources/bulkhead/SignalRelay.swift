import Glibc
import HostSetup
import Isolation
import Synchronization

/// Passes SIGINT, SIGTERM and SIGHUP on to the command; a second one of any destroys the guest. What the caller had us
/// ignore, as `nohup` does, stays ignored.
final class SignalRelay: Sendable {
    let forCommand: AsyncStream<Int32>
    private let second = Mutex<(@Sendable () -> Void)?>(nil)

    var secondSignal: (@Sendable () -> Void)? {
        get { second.withLock { $0 } }
        set { second.withLock { $0 = newValue } }
    }

    /// - Throws: ``BulkheadError`` with `stateUnusable` where the kernel gives no more descriptors.
    init() throws(BulkheadError) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(4))
        forCommand = stream
        let count = Counter()
        for number in [SIGINT, SIGTERM, SIGHUP] where !SignalRelay.ignore(number) {
            try Signals.hear(number) { [weak self] number in
                if count.next() > 1 { self?.secondSignal?() } else { continuation.yield(number) }
            }
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
