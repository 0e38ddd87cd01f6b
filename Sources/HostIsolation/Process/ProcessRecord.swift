import FoundationEssentials
import Glibc
import Isolation

/// `process.json` in a container's directory: what a later process of ours needs to find, follow and end a command.
struct ProcessRecord: Hashable, Codable, Sendable {
    static let fileName = "process.json"

    let machine: UUID
    let name: String
    let owner: String
    let bootID: String
    /// Proves that a result was left by our supervisor. Only we and root can read it.
    let nonce: String
    /// Where its control group may be; written before it is made.
    let groups: [ControlGroup.Candidate]
    /// Nil until it was started.
    var supervisor: ProcessIdentity?
    /// What could not be limited, by concern.
    var notes: [String: String] = [:]

    /// In the environment of all its processes.
    var mark: String { "BULKHEAD_MACHINE=\(machine.uuidString)" }
    var group: ControlGroup { ControlGroup(existing: groups) }

    /// - Returns: nil where there is none, or none that makes sense.
    static func read(in directory: String) -> ProcessRecord? {
        guard let bytes = try? bytesOfFile("\(directory)/\(fileName)") else { return nil }
        return try? JSONDecoder().decode(ProcessRecord.self, from: Data(bytes))
    }

    func write(in directory: String) throws {
        try PrivateFile.replace("\(directory)/\(ProcessRecord.fileName)", with: Array(JSONEncoder().encode(self)))
    }
}
