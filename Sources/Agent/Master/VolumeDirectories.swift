import FoundationEssentials
import Glibc
import Isolation
import Logging
import Mesos

/// A directory for each persistent volume that a master has created, as Mesos lays them out: `volumes/roles/ROLE/ID`.
public struct VolumeDirectories: Sendable {
    private let root: String

    /// - Parameter workDirectory: the agent's.
    public init(workDirectory: String) { root = workDirectory + "/volumes/roles" }

    /// - Returns: nil for names that are no names of directories.
    func path(role: String, id: String) -> String? {
        let names = [role.replacing("/", with: " "), id]
        guard names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains { "/\0".contains($0) } && $0.utf8.count <= 255 })
        else { return nil }
        return "\(root)/\(names[0])/\(names[1])"
    }

    /// Makes what is new, with nobody else's access, and removes what is gone, with all that is in it.
    func change(from former: CheckpointedResources, to wanted: CheckpointedResources) throws(BulkheadError) {
        func paths(_ resources: CheckpointedResources) -> Set<String> {
            Set(resources.volumes.compactMap { path(role: $0.role, id: $0.id) })
        }
        let (old, new) = (paths(former), paths(wanted))
        do {
            for path in new {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            for path in old.subtracting(new) where FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
                // Of a role without further volumes.
                rmdir(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            }
        } catch {
            throw BulkheadError(
                .fileUnwritable, "volumes in \(root)", "\(error)", remedy: "see its permissions")
        }
    }
}

extension Executors {
    /// Takes over the master's list of reservations and volumes.
    ///
    /// One that cannot be is left aside: the master has it wrong, and no task gets what is not here.
    func checkpoint(_ resources: [Mesos_V1_Resource], _ directories: VolumeDirectories) {
        let wanted = CheckpointedResources(resources)
        let unnamed = wanted.volumes.first { directories.path(role: $0.role, id: $0.id) == nil }
        if let why = wanted.complaint(within: options.agent.resources) ?? unnamed.map({ "“\($0.id)” is no name" }) {
            return log.error("resources of the master do not fit", metadata: ["why": "\(why)"])
        }
        let former = CheckpointedResources(membership.resources)
        do {
            // What is stored is looked at again after a restart: nothing is removed before.
            try change { $0.resources = resources }
            try directories.change(from: former, to: wanted)
        } catch {
            log.error("resources of the master not taken over", metadata: ["error": "\(error)"])
        }
    }
}
