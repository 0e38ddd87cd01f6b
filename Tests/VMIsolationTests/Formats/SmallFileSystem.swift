import Glibc

/// A file system in memory that is soon full, for as long as the test holds it.
final class SmallFileSystem: Sendable {
    let path: String
    private let directory: ScratchDirectory

    /// Only root may mount one, and not in every container.
    static let canBeHad = (try? SmallFileSystem(size: "1m")) != nil

    struct CannotMount: Error { var output: String }

    init(size: String) throws {
        directory = try ScratchDirectory()
        path = directory.path
        let result = try Program("mount").run(["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path])
        guard result.status == 0 else { throw CannotMount(output: result.text) }
    }

    deinit { umount2(path, 0) }
}
