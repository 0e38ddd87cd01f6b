import Glibc
import Isolation

/// A program of the host's own.
enum HostTool {
    static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// - Throws: ``BulkheadError`` with `toolMissing`.
    static func find(_ name: String) throws(BulkheadError) -> String {
        for directory in path.split(separator: ":") where access("\(directory)/\(name)", X_OK) == 0 {
            return "\(directory)/\(name)"
        }
        throw BulkheadError(
            .toolMissing, name, "it is in none of \(path)", remedy: "install coreutils and util-linux")
    }
}
