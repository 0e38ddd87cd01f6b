import FoundationEssentials
import GRDB
import Glibc
public import Isolation
import Mesos
import Synchronization

/// What the agent must know after a restart: frameworks, executors, tasks, and every status update before its executor
/// hears that we have it. One SQLite file in the working directory, of one agent.
public struct AgentStore: Sendable {
    /// Chosen at the first start, and for good: what names the agent's own framework.
    let ownID: String
    let id: AgentIdentity
    /// What the master gave, or the agent's own.
    public var agentID: String { id.current ?? ownID }
    /// How many updates of one task are kept: an executor may send them for ever.
    static let updatesOfATask = 100
    private let path: String
    private let database: DatabaseQueue

    /// - Throws: ``BulkheadError`` with `diskFull`, or `stateUnusable` where the file cannot be used, is corrupt, or newer
    ///   than we; then it is as it was.
    public init(path: String) throws(BulkheadError) {
        self.path = path
        do {
            AgentStore.keepPrivate(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            // What is committed outlives our process; the containers do not outlive the host's end either.
            configuration.prepareDatabase {
                // 16 MiB of pages are collected before they are written to their places: most change again until then.
                try $0.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4096")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            ownID = try AgentStore.migrate(database, path: path)
            id = AgentIdentity()
            id.assign(try membership().agent?.id.value)
        } catch {
            throw AgentStore.named(error, path)
        }
    }

    /// Tasks hold commands and their environment: nobody else reads them. SQLite gives its other files the same mode.
    private static func keepPrivate(_ path: String) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.write(body) } catch { throw AgentStore.named(error, path) }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.read(body) } catch { throw AgentStore.named(error, path) }
    }

    private static func named(_ error: any Error, _ path: String) -> BulkheadError {
        if let named = error as? BulkheadError { return named }
        let subject = "agent's store \(path)"
        guard let failure = error as? DatabaseError else {
            return BulkheadError(.stateUnusable, subject, "\(error)", remedy: movingAway)
        }
        let words = failure.message ?? "\(failure)"
        switch failure.resultCode {
        case .SQLITE_FULL:
            return BulkheadError(.diskFull, subject, words, remedy: "free space there; nothing was changed")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return BulkheadError(
                .stateUnusable, subject, "\(words): another process has it", remedy: "find it with “fuser \(path)”")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return BulkheadError(
                .stateUnusable, subject, words, remedy: "see that it and its directory may be written")
        default: return BulkheadError(.stateUnusable, subject, words, remedy: movingAway)
        }
    }

    private static let movingAway =
        "a broken store is never overwritten: end the agent's containers, then move it away"
}

/// The id that the master gave; nil before the first registration.
final class AgentIdentity: Sendable {
    private let given = Mutex<String?>(nil)

    var current: String? { given.withLock { $0 } }

    func assign(_ id: String?) { given.withLock { $0 = id } }
}
