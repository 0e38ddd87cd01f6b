import Foundation
import GRDB
public import Isolation

extension Ledger {
    /// Records the whole intent of a launch, before the first thing is made.
    ///
    /// - Throws: ``BulkheadError`` with `nameInUse`.
    public func add(_ record: ContainerRecord) throws(BulkheadError) {
        let text = try encode(record)
        try write { database in
            let sql = "SELECT 1 FROM container WHERE id = ?"
            guard try Row.fetchOne(database, sql: sql, arguments: [record.id.description]) == nil else {
                throw BulkheadError(
                    .nameInUse, "container “\(record.id)”", "the ledger has one of this name",
                    remedy: "choose another --name, or remove it: bulkhead rm \(record.id)")
            }
            try database.execute(
                sql: "INSERT INTO container (id, uuid, created, state, record) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    record.id.description, record.machine.uuidString.lowercased(), record.created,
                    record.life.state.name,
                    text,
                ])
        }
    }

    /// - Throws: ``BulkheadError`` with `unknownContainer` where it was removed.
    public func save(_ record: ContainerRecord) throws(BulkheadError) {
        let text = try encode(record)
        try write { database in
            try database.execute(
                sql: "UPDATE container SET state = ?, record = ? WHERE id = ?",
                arguments: [record.life.state.name, text, record.id.description])
            guard database.changesCount == 1 else {
                throw BulkheadError(
                    .unknownContainer, "container “\(record.id)”", "the ledger has none of this name any more",
                    remedy: "see bulkhead ps")
            }
        }
    }

    /// Forgets a container; everything of it was verified gone. One that is forgotten already is fine.
    public func remove(_ container: ContainerID) throws(BulkheadError) {
        try write { database in
            try Ledger.releaseAddress(of: container, in: database)
            try database.execute(sql: "DELETE FROM container WHERE id = ?", arguments: [container.description])
        }
    }

    public func record(_ container: ContainerID) throws(BulkheadError) -> ContainerRecord? {
        try read { database in
            let sql = "SELECT id, record FROM container WHERE id = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [container.description]).map(decode)
        }
    }

    /// Oldest first.
    public func records() throws(BulkheadError) -> [ContainerRecord] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT id, record FROM container ORDER BY created, id").map(decode)
        }
    }

    private func encode(_ record: ContainerRecord) throws(BulkheadError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(record), as: UTF8.self)
        } catch {
            throw BulkheadError(.stateUnusable, "record of container “\(record.id)”", "\(error)", remedy: "report this")
        }
    }

    private func decode(_ row: Row) throws(BulkheadError) -> ContainerRecord {
        do {
            return try JSONDecoder().decode(ContainerRecord.self, from: Data((row["record"] as String).utf8))
        } catch {
            throw BulkheadError(
                .stateUnusable, "record of container “\(row["id"] as String)”", "\(error)",
                remedy:
                    "the ledger was changed by somebody else; move it away, then “bulkhead sweep” finds what it knew")
        }
    }
}
