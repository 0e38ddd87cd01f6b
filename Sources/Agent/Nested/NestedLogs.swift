import Isolation
import Synchronization

/// Where a nested container writes that has no reader: two logs in the root's sandbox on the host, made with the first byte
/// or at the command's start, so that a launcher on the host may make the directory as its user's.
final class NestedLogs: Sendable {
    private let root: String
    private let id: NestedID
    private let limits: LogLimits
    private let logs = Mutex<(output: RotatingLog, errors: RotatingLog)?>(nil)

    init(_ id: NestedID, in root: String, _ limits: LogLimits) {
        self.root = root
        self.id = id
        self.limits = limits
    }

    static func directory(_ id: NestedID, in root: String) -> String { root + "/" + id.place }

    func open() throws(BulkheadError) { _ = try opened() }
    func output(_ bytes: [UInt8]) throws { try opened().output.append(bytes) }
    func errors(_ bytes: [UInt8]) throws { try opened().errors.append(bytes) }

    private func opened() throws(BulkheadError) -> (output: RotatingLog, errors: RotatingLog) {
        try logs.withLock { logs throws(BulkheadError) in
            if let logs { return logs }
            // Part by part: each is seen to be no link.
            var place = root
            for word in id.place.split(separator: "/") {
                place += "/" + word
                _ = try Sandbox(place)
            }
            let sandbox = Sandbox(existing: place)
            let made = (try sandbox.log(.output, limits: limits), try sandbox.log(.errors, limits: limits))
            logs = made
            return made
        }
    }

    /// With all containers within it. A link on the way is not followed.
    static func remove(_ id: NestedID, in root: String) throws(BulkheadError) {
        var place = try OpenDirectory(root)
        for word in id.place.split(separator: "/") {
            guard let next = try place.directory(String(word)) else { return }
            place = next
        }
        try Sandbox(existing: directory(id, in: root)).remove()
    }
}
