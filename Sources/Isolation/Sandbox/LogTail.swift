import Glibc
import Synchronization

/// Reads one ``RotatingLog`` from any place on while it is written: every byte once, in its order, across rotations.
public final class LogTail: Sendable {
    private struct State: ~Copyable {
        var offset: UInt64
        var file: Int32?
        /// Where the open file begins.
        var begin: UInt64 = 0
        /// It was read again after it had its last byte.
        var isDrained = false

        deinit { if let file { close(file) } }
    }

    private let directory: OpenDirectory
    private let name: String
    private let state: Mutex<State>

    /// - Parameter offset: in all that was ever written; see ``RotatingLog/offset``.
    /// - Throws: ``BulkheadError`` with `stateUnusable` where there is no such directory.
    public init(directory: String, log: Sandbox.Log, from offset: UInt64) throws(BulkheadError) {
        self.directory = try OpenDirectory(directory)
        name = log.rawValue
        state = Mutex(State(offset: offset))
    }

    /// Where the next bytes lie: further than was read where some were rotated away.
    public var offset: UInt64 { state.withLock { $0.offset } }

    /// - Returns: up to so many bytes; none where there are no more by now.
    public func next(upTo count: Int) throws(BulkheadError) -> [UInt8] {
        try state.withLock { state throws(BulkheadError) in
            while true {
                if state.file == nil { try open(&state) }
                guard let file = state.file else { return [] }
                let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                    filled = max(0, pread(file, buffer.baseAddress, buffer.count, Int(state.offset - state.begin)))
                }
                if !bytes.isEmpty {
                    state.offset += UInt64(bytes.count)
                    return bytes
                }
                if try isLive(file) { return [] }
                // The last bytes may have come between that read and the rotation.
                if state.isDrained {
                    close(file)
                    state.file = nil
                }
                state.isDrained.toggle()
            }
        }
    }

    private func isLive(_ file: Int32) throws(BulkheadError) -> Bool {
        var own = stat()
        guard fstat(file, &own) == 0, let named = try directory.status(of: name) else { return false }
        return named.isSame(as: own)
    }

    /// Opens the file that holds the offset, if there is one.
    private func open(_ state: inout State) throws(BulkheadError) {
        // A rotation may come between look and opening, again and again in theory.
        for _ in 0..<16 {
            let rotated = try rotated()
            let liveBegin = rotated.last.map { $0.begin + $0.size } ?? 0
            state.offset = max(state.offset, rotated.first?.begin ?? 0)
            let offset = state.offset
            let old = rotated.first { $0.begin <= offset && offset < $0.begin + $0.size }
            guard let file = try directory.file(old.map { "\(name).\($0.begin)" } ?? name) else {
                if old == nil { return }
                continue
            }
            let latest = try self.rotated().last?.begin
            guard old != nil || latest == rotated.last?.begin else {
                close(file)
                continue
            }
            (state.file, state.begin) = (file, old?.begin ?? liveBegin)
            return
        }
    }

    /// Oldest first.
    private func rotated() throws(BulkheadError) -> [(begin: UInt64, size: UInt64)] {
        var all: [(begin: UInt64, size: UInt64)] = []
        for entry in try directory.entries(limit: Sandbox.mostEntries) where entry.isRegular {
            guard let begin = LogFiles.beginning(entry.name, of: name) else { continue }
            all.append((begin, UInt64(entry.status.st_size)))
        }
        return all.sorted { $0.begin < $1.begin }
    }
}
