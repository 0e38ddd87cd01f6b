import FoundationEssentials
import Isolation

/// What is known of a nested container after a restart of ours; in the root container's own directory, and gone with it.
struct NestedRecord: Codable, Sendable {
    var hasLogs: Bool
    /// Nil while it runs, and for ever where our process ended before it.
    var termination: Termination?

    private static func directory(_ id: NestedID, _ places: StateDirectory) -> String {
        places.container(id.root) + "/nested"
    }

    private static func file(_ id: NestedID, _ places: StateDirectory) -> String {
        "\(directory(id, places))/\(id.name).json"
    }

    static func read(_ id: NestedID, _ places: StateDirectory) -> NestedRecord? {
        guard let bytes = FileManager.default.contents(atPath: file(id, places)) else { return nil }
        return try? JSONDecoder().decode(NestedRecord.self, from: bytes)
    }

    func write(_ id: NestedID, _ places: StateDirectory) throws {
        try places.make(Self.directory(id, places), mode: 0o700)
        try PrivateFile.replace(Self.file(id, places), with: Array(JSONEncoder().encode(self)))
    }

    static func remove(_ id: NestedID, _ places: StateDirectory) throws {
        try PrivateFile.remove(file(id, places))
    }

    /// Those of one root that are sessions.
    static func sessions(of root: Isolation.ContainerID, _ places: StateDirectory) -> [NestedID] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: places.container(root) + "/nested")) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted()
            .map { NestedID(root, $0.dropLast(".json".count).split(separator: ".").map(String.init)) }
            .filter { read($0, places)?.hasLogs == false }
    }

    /// How many of one root there are.
    static func count(of root: Isolation.ContainerID, _ places: StateDirectory) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: places.container(root) + "/nested").count) ?? 0
    }
}
