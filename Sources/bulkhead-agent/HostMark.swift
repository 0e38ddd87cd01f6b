import Foundation
import Isolation
import Logging
import VMIsolation

/// A work directory belongs to one host: with a copy of it, two hosts would be one agent to their master.
enum HostMark {
    /// Notes this host in the directory where none is noted. A host without a machine-id is not looked at.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable` where it is another host's, unless that is only to be logged.
    static func check(
        _ directory: String, isStrict: Bool, machine: String = "/etc/machine-id", log: Logger
    ) throws(BulkheadError) {
        guard let own = read(machine), !own.isEmpty else { return }
        let path = directory + "/machine-id"
        let known = read(path)
        if let known, !known.isEmpty, known != own {
            let why = "it is another host's, of machine-id \(known)"
            guard !isStrict else {
                throw BulkheadError(
                    .stateUnusable, "--work_dir \(directory)", why,
                    remedy: "give this host one of its own; if its machine-id has changed, remove \(path)")
            }
            log.warning("work directory taken over", metadata: ["why": "\(why)"])
        }
        if known != own { try PrivateFile.replace(path, with: Array((own + "\n").utf8)) }
    }

    private static func read(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map {
            String(decoding: $0.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
