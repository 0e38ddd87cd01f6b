import Foundation
import GRDB
import Glibc
public import Isolation

/// What exists outside because of us: a row for every container and address, written before the thing is made, removed
/// when it is verified gone. One SQLite file for each state directory, shared by all processes.
public struct Ledger: Sendable {
    /// Goes into every domain's metadata: a sweep takes nothing of another state directory's.
    public let owner: String
    private let path: String
    private let timeout: Duration
    private let database: DatabaseQueue

    /// - Parameter timeout: how long to wait for other processes, here and in each call.
    /// - Throws: ``BulkheadError`` with `diskFull`, or `stateUnusable` where the file cannot be used, is corrupt, or newer
    ///   than we; then it is as it was.
    public init(path: String, timeout: Duration = .seconds(15)) throws(BulkheadError) {
        self.path = path
        self.timeout = timeout
        do {
            // SQLite does not wait for its turn when it switches a new file to WAL: openers go one after the other. Each
            // holds this for milliseconds, and the kernel gives it back for one that dies.
            let turn = try Ledger.turn(path + ".turn", timeout)
            defer { withExtendedLifetime(turn) {} }
            Ledger.keepPrivate(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(timeout / .seconds(1))
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            database = try DatabaseQueue(path: path, configuration: configuration)
            owner = try Ledger.migrate(database, path: path)
        } catch {
            throw Ledger.named(error, path, timeout)
        }
    }

    /// Opens one that exists, to look at it alone; an earlier version's is not brought to ours.
    ///
    /// - Throws: as ``init(path:timeout:)`` does.
    init(reading path: String, timeout: Duration = .seconds(15)) throws(BulkheadError) {
        self.path = path
        self.timeout = timeout
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(timeout / .seconds(1))
            configuration.readonly = true
            database = try DatabaseQueue(path: path, configuration: configuration)
            owner = try Ledger.ownerAsItIs(database, path: path)
        } catch {
            throw Ledger.named(error, path, timeout)
        }
    }

    private static func turn(_ path: String, _ limit: Duration) throws(BulkheadError) -> FileLock {
        let end = ContinuousClock.now + limit
        while true {
            if let lock = try FileLock.take(path) { return lock }
            guard ContinuousClock.now < end else {
                throw BulkheadError(
                    .stateUnusable, "ledger lock \(path)", "another process held it for \(limit)",
                    remedy: "find it with “fuser \(path)”, then try again")
            }
            usleep(2000)
        }
    }

    /// Records hold commands and their environment: nobody else reads them. SQLite gives its other files the same mode.
    private static func keepPrivate(_ path: String) {
        // A file that exists is never opened here: closing it would drop the locks that SQLite has on it.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 { close(descriptor) }
        for file in [path, path + "-wal", path + "-shm"] {
            var status = stat()
            if lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
                chmod(file, 0o600)
            }
        }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.write(body) } catch { throw Ledger.named(error, path, timeout) }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.read(body) } catch { throw Ledger.named(error, path, timeout) }
    }
}
