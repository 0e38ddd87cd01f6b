import Foundation
import GRDB
public import Isolation

/// One pair that our network's DHCP server knows: whoever comes with this MAC gets this address.
public struct Reservation: Hashable, Codable, Sendable {
    public var mac: String
    public var address: String

    public init(mac: String, address: String) {
        self.mac = mac
        self.address = address
    }
}

extension Ledger {
    /// Fills the pool of a network that was made just now; forgets pairs of an earlier network of that name.
    func replacePool(of network: String, with pairs: [Reservation]) throws(BulkheadError) {
        try write { database in
            try database.execute(sql: "DELETE FROM address WHERE network = ?", arguments: [network])
            for pair in pairs {
                try database.execute(
                    sql: "INSERT INTO address (network, mac, address) VALUES (?, ?, ?)",
                    arguments: [network, pair.mac, pair.address])
            }
        }
    }

    /// How many pairs of a network's pool are free, and how many there are.
    public func poolUse(of network: String) throws(BulkheadError) -> (free: Int, all: Int) {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT count(*) - count(container), count(*) FROM address WHERE network = ?",
                arguments: [network])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// Opens a container that takes the pair which has been idle longest, so that no late packet for the former
    /// guest meets the new one. One transaction: two processes never take the same pair.
    ///
    /// - Throws: ``BulkheadError`` with `networkFull` or `nameInUse`.
    public func open(
        _ container: Container, takingAddressOf network: String
    ) throws(BulkheadError) -> Container {
        try write { database in
            guard try Container.fetchOne(database, key: container.id) == nil else {
                throw Ledger.nameInUse(container.id)
            }
            let row = try Row.fetchOne(
                database,
                sql: "SELECT mac, address FROM address WHERE network = ? AND container IS NULL ORDER BY used LIMIT 1",
                arguments: [network])
            guard let row else {
                throw BulkheadError(
                    .networkFull, "network “\(network)”", "every address of its pool belongs to a guest",
                    remedy: "wait for guests to end, or look for forgotten ones: bulkhead ps, bulkhead sweep --dry-run")
            }
            var taken = container
            taken.mac = row["mac"]
            taken.address = row["address"]
            try taken.insert(database)
            try database.execute(
                sql: "UPDATE address SET container = ?, used = ? WHERE network = ? AND mac = ?",
                arguments: [container.id, container.created, network, taken.mac])
            return taken
        }
    }

    static func nameInUse(_ id: String) -> BulkheadError {
        BulkheadError(
            .nameInUse, "container “\(id)”", "the ledger has one of this name",
            remedy: "choose another --name, or remove it: bulkhead rm \(id)")
    }
}
