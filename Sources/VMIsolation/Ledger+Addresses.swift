import GRDB
public import Isolation

/// A MAC, and the address that whoever comes with it gets.
public struct Reservation: Hashable, Codable, Sendable {
    public var mac: String
    /// Nil where somebody else's DHCP server decides.
    public var address: String?

    public init(mac: String, address: String?) {
        self.mac = mac
        self.address = address
    }
}

/// What a container has of a network.
public struct TakenAddress: Hashable, Sendable {
    public var network: String
    public var reservation: Reservation
}

extension Ledger {
    /// Fills the pool of a network that was made just now; forgets pairs of an earlier network of that name. What a
    /// container still has of that stays until it is released.
    public func replacePool(of network: String, with pairs: [Reservation]) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM address WHERE network = ? AND container IS NULL", arguments: [network])
            try database.execute(sql: "UPDATE address SET pooled = 0 WHERE network = ?", arguments: [network])
            try database.execute(sql: "UPDATE wall SET stamp = NULL WHERE network = ?", arguments: [network])
            for pair in pairs {
                try database.execute(
                    sql: """
                        INSERT INTO address (network, mac, address, pooled) VALUES (?, ?, ?, 1)
                        ON CONFLICT (network, mac) DO UPDATE SET address = excluded.address, pooled = 1
                        """, arguments: [network, pair.mac, pair.address])
            }
        }
    }

    /// How many pairs of a network's pool are free, and how many there are.
    public func poolUse(of network: String) throws(BulkheadError) -> (free: Int, all: Int) {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT count(*) - count(container), count(*) FROM address WHERE network = ? AND pooled",
                arguments: [network])
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
    }

    /// Takes the pair of a network's pool which has been idle longest, so that no late packet for the former guest meets
    /// the new one. A container that has one gets the same again.
    ///
    /// - Throws: ``BulkheadError`` with `networkFull`.
    public func takeAddress(of network: String, for container: ContainerID) throws(BulkheadError) -> Reservation {
        try write { database in
            if let taken = try Ledger.address(of: container, in: database), taken.network == network {
                return taken.reservation
            }
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT mac, address FROM address WHERE network = :network AND pooled AND container IS NULL
                    AND address NOT IN (
                        SELECT address FROM address
                        WHERE network = :network AND container IS NOT NULL AND address IS NOT NULL)
                    ORDER BY used, mac LIMIT 1
                    """, arguments: ["network": network])
            guard let row else {
                throw BulkheadError(
                    .networkFull, "network “\(network)”", "every address of its pool belongs to a guest",
                    remedy: "wait for guests to end, or look for forgotten ones: bulkhead ps, bulkhead sweep --dry-run")
            }
            let pair = Reservation(mac: row["mac"], address: row["address"])
            try database.execute(
                sql: "UPDATE address SET container = ? WHERE network = ? AND mac = ?",
                arguments: [container.description, network, pair.mac])
            return pair
        }
    }

    /// Notes what a container has of a network that is not ours; a later call for the same MAC adds its address.
    public func recordAddress(
        _ pair: Reservation, of network: String, for container: ContainerID
    ) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO address (network, mac, address, container, pooled) VALUES (?, ?, ?, ?, 0)
                    ON CONFLICT (network, mac) DO UPDATE SET address = excluded.address
                    WHERE container = excluded.container
                    """, arguments: [network, pair.mac, pair.address, container.description])
            guard database.changesCount == 1 else {
                throw BulkheadError(
                    .networkRefused, "MAC \(pair.mac) on network “\(network)”", "another container has it",
                    remedy: "launch it again: each launch chooses a new one")
            }
        }
    }

    public func address(of container: ContainerID) throws(BulkheadError) -> TakenAddress? {
        try read { try Ledger.address(of: container, in: $0) }
    }

    /// Gives back what a container has of a network; nothing happens where it has nothing.
    public func releaseAddress(of container: ContainerID) throws(BulkheadError) {
        try write { try Ledger.releaseAddress(of: container, in: $0) }
    }

    private static func address(of container: ContainerID, in database: Database) throws -> TakenAddress? {
        let row = try Row.fetchOne(
            database, sql: "SELECT network, mac, address FROM address WHERE container = ?",
            arguments: [container.description])
        return row.map {
            TakenAddress(network: $0["network"], reservation: Reservation(mac: $0["mac"], address: $0["address"]))
        }
    }

    /// `used` counts releases, so that clocks that go back change nothing.
    static func releaseAddress(of container: ContainerID, in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM address WHERE container = :container AND NOT pooled;
                UPDATE address SET container = NULL, used = (SELECT max(used) FROM address) + 1
                WHERE container = :container
                """, arguments: ["container": container.description])
    }
}
