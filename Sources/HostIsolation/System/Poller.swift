import CLinux
import Glibc
import Isolation
import Synchronization

enum Readiness {
    case readable, writable

    fileprivate var events: UInt32 {
        switch self {
        case .readable: EPOLLIN.rawValue
        case .writable: EPOLLOUT.rawValue
        }
    }
}

/// Waits for descriptors, all on one thread of its own. Dispatch's sources are not for waits that are short and many:
/// on Linux, where some are made while others are cancelled, libdispatch may crash (its issue 949).
final class Poller: Sendable {
    /// Nil where the kernel gives no more descriptors or threads.
    private static let shared = try? Poller()

    private struct Waits {
        var next: UInt64 = 0
        var all: [UInt64: Once<Void>] = [:]
    }

    private let queue: Descriptor
    private let waits = Mutex(Waits())

    private init() throws(SystemCallError) {
        queue = Descriptor(owning: try SystemCallError.check("epoll_create") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        try EndlessThread.start { self.run() }
    }

    /// - Throws: `SystemCallError`, or `CancellationError`.
    static func wait(for descriptor: Int32, _ readiness: Readiness) async throws {
        guard let shared else { throw SystemCallError(call: "epoll_create", code: EMFILE) }
        try await shared.wait(for: descriptor, readiness)
    }

    /// Each wait has a copy of the descriptor, as it can be in the queue once only.
    private func wait(for descriptor: Int32, _ readiness: Readiness) async throws {
        let copy = Descriptor(
            owning: try SystemCallError.check("dup") { fcntl(descriptor, F_DUPFD_CLOEXEC, Int32(3)) })
        let isReady = Once<Void>()
        let number = waits.withLock { waits in
            waits.next += 1
            waits.all[waits.next] = isReady
            return waits.next
        }
        defer { _ = waits.withLock { $0.all.removeValue(forKey: number) } }
        var event = epoll_event(events: readiness.events | EPOLLONESHOT.rawValue, data: epoll_data_t(u64: number))
        guard epoll_ctl(queue.number, EPOLL_CTL_ADD, copy.number, &event) == 0 else {
            // Files and the like are always ready.
            if errno == EPERM { return }
            throw SystemCallError(call: "epoll_ctl", code: errno)
        }
        // Closing the copy would not do it: the original keeps the file open.
        defer { epoll_ctl(queue.number, EPOLL_CTL_DEL, copy.number, &event) }
        try await isReady.value()
    }

    private func run() -> Never {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(queue.number, &events, Int32(events.count), -1)
            for event in events.prefix(max(0, Int(count))) {
                waits.withLock { $0.all[event.data.u64] }?.fulfil(.success(()))
            }
        }
    }
}
