import Glibc
import Synchronization

import class Foundation.Thread

/// Reads sockets on a thread of its own until it is stopped.
final class Watch: Sendable {
    struct Source: Sendable {
        var descriptor: Int32
        /// Takes one thing that waits there.
        var take: @Sendable (Int32) -> Void
    }

    private let ends = Mutex(false)
    private let hasEnded = Mutex(false)

    /// - Parameter sources: closed at the end.
    init(_ sources: [Source]) {
        let thread = Thread { [self] in
            var polled = sources.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            while !ends.withLock({ $0 }) {
                guard poll(&polled, nfds_t(polled.count), 50) > 0 else { continue }
                for (source, state) in zip(sources, polled) where state.revents & Int16(POLLIN) != 0 {
                    source.take(source.descriptor)
                }
            }
            for source in sources { close(source.descriptor) }
            hasEnded.withLock { $0 = true }
        }
        thread.start()
    }

    func stop() async {
        ends.withLock { $0 = true }
        while !hasEnded.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(10)) }
    }
}
