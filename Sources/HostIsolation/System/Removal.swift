import FoundationEssentials
import Glibc
import Isolation

/// Tells whoever looks after a container that another process of ours ends it: what it sees then is no failure.
enum Removal {
    private static let fileName = "removed"

    static func announce(in directory: String) throws {
        try PrivateFile.replace("\(directory)/\(fileName)", with: [])
    }

    /// Also where the directory is gone already.
    static func isAnnounced(in directory: String) -> Bool {
        access("\(directory)/\(fileName)", F_OK) == 0 || access(directory, F_OK) != 0
    }

    /// Removes the directory, beside whoever looks after the container and does the same.
    static func finish(_ directory: String) async throws {
        for attempt in 1... {
            do { return try FileManager.default.removeItem(atPath: directory) } catch {
                guard access(directory, F_OK) == 0 else { return }
                guard attempt < 20 else { throw error }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    static var termination: Termination { Termination(.destroyed, evidence: ["removed by another process of ours"]) }
}
