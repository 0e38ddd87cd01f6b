import Foundation
import Glibc

/// Looks for a secret wherever somebody else could read it.
public struct SecretSearch {
    private let secret: Data

    public init(_ secret: String) { self.init(secret.utf8) }
    public init(_ secret: some Sequence<UInt8>) { self.secret = Data(secret) }

    /// Processes that have it among their arguments or in their environment, such as `environ of 17 (qemu)`.
    ///
    /// - Parameter owners: processes that were given it.
    public func processes(but owners: Set<Int32>) -> [String] {
        let all = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return all.filter { !owners.contains($0) }.flatMap { process in
            ["cmdline", "environ"].filter { holds("/proc/\(process)/\($0)") }.map { file in
                let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "?"
                return "\(file) of \(process) (\(name.trimmingCharacters(in: .whitespacesAndNewlines)))"
            }
        }
    }

    /// Files below that hold it, by their paths there, with their modes.
    public func files(below directory: String) -> [String: UInt32] {
        var found: [String: UInt32] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: directory) ?? .init() {
            var status = stat()
            let path = directory + "/" + name
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, holds(path) else { continue }
            found[name] = status.st_mode & 0o7777
        }
        return found
    }

    public func isIn(_ bytes: some Sequence<UInt8>) -> Bool { Data(bytes).range(of: secret) != nil }

    /// Disks are read in part: what a guest has in its own is not looked for.
    private func holds(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        return (try? file.read(upToCount: 64 << 20))?.range(of: secret) != nil
    }
}
