import Dispatch
import Glibc
public import Isolation
import Synchronization

/// Signals of this process, each with one who hears it.
///
/// Not by Dispatch's signal sources: on Linux its main thread waits in sigsuspend, and may take a signal away from the
/// descriptor that they read.
public enum Signals {
    public typealias Ear = @Sendable (Int32) -> Void

    /// What the handler writes to. It must not be made there, so it is a constant at first.
    private nonisolated(unsafe) static var bell: Int32 = -1
    private static let ears = Mutex<[Int32: Ear]>([:])
    /// Nil where the kernel gives no more descriptors. Dispatch locks its objects itself.
    private nonisolated(unsafe) static let source: (any DispatchSourceRead)? = {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A full pipe must not stop whoever is interrupted.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        bell = ends[1]
        let end = ends[0]
        let source = DispatchSource.makeReadSource(fileDescriptor: end, queue: DispatchQueue(label: "signals"))
        source.setEventHandler {
            var number: UInt8 = 0
            guard read(end, &number, 1) == 1 else { return }
            ears.withLock { $0[Int32(number)] }?(Int32(number))
        }
        source.resume()
        return source
    }()

    /// From now on a signal does nothing but call `ear`, in its turn and on a queue of its own; a later one takes its place.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable` where the kernel gives no more descriptors.
    public static func hear(_ number: Int32, _ ear: @escaping Ear) throws(BulkheadError) {
        guard source != nil else {
            throw BulkheadError(
                .stateUnusable, "pipe for signals", String(cString: strerror(errno)), remedy: "allow more open files")
        }
        ears.withLock { $0[number] = ear }
        signal(number) { number in
            let before = errno
            var number = UInt8(truncatingIfNeeded: number)
            write(Signals.bell, &number, 1)
            errno = before
        }
    }
}
