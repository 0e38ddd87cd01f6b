import Foundation
import Glibc
public import GRDB
public import Isolation

/// What exists outside because of us: a row for every domain, file and address, written before the thing is made,
/// removed when it is verified gone. One SQLite file for each state directory, shared by all processes.
public struct Ledger: Sendable {
    public struct Container: Codable, Sendable, FetchableRecord, PersistableRecord {
        public static let databaseTableName = "container"
        public var id: String
        public var uuid: String
        public var connection: String
        /// Seconds since 1970.
        public var created: Int
        public var image: String
        /// Left running on purpose.
        public var kept: Bool
        public var network: String
        public var mac: String
        public var address: String?
    }

    /// Goes into every domain's metadata: a sweep takes nothing of another state directory's.
    public let owner: String
    let database: DatabaseQueue

    /// - Throws: ``BulkheadError`` with `stateUnusable` where the file cannot be used, is corrupt or newer than we.
    public init(path: String) throws(BulkheadError) {
        // SQLite does not wait for its turn when it switches a new file to WAL: openers go one after the other. Each
        // holds this for milliseconds, and the kernel gives it back for one that dies.
        let turn = Glibc.open(path + ".turn", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        defer { Glibc.close(turn) }
        if turn >= 0 { flock(turn, LOCK_EX) }
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(15)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
            database = try DatabaseQueue(path: path, configuration: configuration)
            owner = try Ledger.migrate(database, path: path)
        } catch let error as BulkheadError {
            throw error
        } catch {
            throw Ledger.unusable(path, error)
        }
    }

    static func unusable(_ path: String, _ error: any Error) -> BulkheadError {
        BulkheadError(
            .stateUnusable, "ledger \(path)", "\(error)",
            remedy: "free space or correct its permissions; a broken ledger is never overwritten: move it away, "
                + "then “bulkhead sweep” finds what it knew by the domains' tags")
    }

    /// Records the whole intent of a launch in one transaction, before the first thing is made.
    ///
    /// - Throws: ``BulkheadError`` with `nameInUse`.
    public func open(_ container: Container) throws(BulkheadError) {
        try write { database in
            guard try Container.fetchOne(database, key: container.id) == nil else {
                throw Ledger.nameInUse(container.id)
            }
            try container.insert(database)
        }
    }

    public func update(_ container: Container) throws(BulkheadError) { try write { try container.update($0) } }

    /// Forgets a container; everything of it was verified gone. Its address becomes free.
    public func close(_ id: ContainerID) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: "UPDATE address SET container = NULL, used = strftime('%s') WHERE container = ?",
                arguments: [id.description])
            try database.execute(sql: "DELETE FROM container WHERE id = ?", arguments: [id.description])
        }
    }

    public func containers() throws(BulkheadError) -> [Container] {
        try read { try Container.order(sql: "created, id").fetchAll($0) }
    }

    public func container(_ id: ContainerID) throws(BulkheadError) -> Container? {
        try read { try Container.fetchOne($0, key: id.description) }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.write(body) } catch let error as BulkheadError { throw error } catch {
            throw Ledger.unusable(database.path, error)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(BulkheadError) -> Value {
        do { return try database.read(body) } catch { throw Ledger.unusable(database.path, error) }
    }
}
