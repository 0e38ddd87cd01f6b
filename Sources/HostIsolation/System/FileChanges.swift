import CLinux
import Glibc
import Isolation
import Synchronization

/// Tells of changes to files, by one inotify instance for the whole process: a user may have few of them, often 128.
final class FileChanges: Sendable {
    /// Nil where the kernel gives no more instances, descriptors or threads.
    private static let shared = try? FileChanges()

    private let queue: Descriptor
    /// By the kernel's number of the watch, which two bells of one file share.
    private let bells = Mutex<[Int32: [ObjectIdentifier: Descriptor]]>([:])

    private init() throws(SystemCallError) {
        queue = Descriptor(owning: try SystemCallError.check("inotify") { inotify_init1(Int32(IN_CLOEXEC)) })
        try EndlessThread.start { self.run() }
    }

    /// Rings for one file while it is held.
    final class Bell: Sendable {
        private let changes: FileChanges
        private let descriptor: Descriptor
        private let watch: Int32

        fileprivate init(_ path: String, _ changes: FileChanges) throws(SystemCallError) {
            self.changes = changes
            descriptor = Descriptor(owning: try SystemCallError.check("eventfd") { linux_eventfd() })
            watch = try changes.add(descriptor, for: path)
        }

        deinit { changes.remove(descriptor, watch) }

        /// Waits for the next change, or for one that nobody has waited for.
        func rings() async throws {
            try await descriptor.becomes(.readable)
            _ = try descriptor.readNow(upTo: 8)
        }
    }

    /// - Returns: a bell for what is written to a file from now on.
    static func bell(for path: String) throws(SystemCallError) -> Bell {
        guard let shared else { throw SystemCallError(call: "inotify", code: EMFILE) }
        return try Bell(path, shared)
    }

    /// The lock is held until the bell is known: the thread that rings waits for it.
    private func add(_ bell: Descriptor, for path: String) throws(SystemCallError) -> Int32 {
        try bells.withLock { bells throws(SystemCallError) in
            let watch = try SystemCallError.check("inotify \(path)") {
                inotify_add_watch(queue.number, path, UInt32(IN_MODIFY))
            }
            bells[watch, default: [:]][ObjectIdentifier(bell)] = bell
            return watch
        }
    }

    private func remove(_ bell: Descriptor, _ watch: Int32) {
        bells.withLock { bells in
            bells[watch]?[ObjectIdentifier(bell)] = nil
            guard bells[watch]?.isEmpty == true else { return }
            bells[watch] = nil
            // The kernel may have done it already, with the file's end.
            inotify_rm_watch(queue.number, watch)
        }
    }

    private func run() -> Never {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
        while true {
            let count = read(queue.number, buffer.baseAddress, buffer.count)
            var place = 0
            while place + MemoryLayout<inotify_event>.size <= count {
                let event = buffer.loadUnaligned(fromByteOffset: place, as: inotify_event.self)
                place += MemoryLayout<inotify_event>.size + Int(event.len)
                ring(event.wd)
            }
        }
    }

    /// - Parameter watch: -1 where the kernel had to leave events out: then any file may have changed.
    private func ring(_ watch: Int32) {
        bells.withLock { bells in
            var one: UInt64 = 1
            for bell in watch < 0 ? bells.values.flatMap(\.values) : Array((bells[watch] ?? [:]).values) {
                // One that is rung already says no more.
                _ = write(bell.number, &one, 8)
            }
        }
    }
}
