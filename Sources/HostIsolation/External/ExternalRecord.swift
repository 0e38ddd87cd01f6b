import FoundationEssentials
import Isolation

/// `external.json` in a container's directory: the program was asked to start it, so it has to be asked to stop it.
struct ExternalRecord: Codable {
    static let fileName = "external.json"
    let machine: UUID
    let owner: String

    static func read(in directory: String) -> ExternalRecord? {
        guard let bytes = try? bytesOfFile("\(directory)/\(fileName)") else { return nil }
        return try? JSONDecoder().decode(ExternalRecord.self, from: Data(bytes))
    }

    func write(in directory: String) throws {
        try PrivateFile.replace("\(directory)/\(ExternalRecord.fileName)", with: Array(JSONEncoder().encode(self)))
    }
}
