import HostIsolation
import Isolation

/// The programs of e2fsprogs that make an ext4 file system in a file.
struct FileSystemTools: Sendable {
    /// Where the tools are looked for.
    var directories = HostTool.path
    /// For each run.
    var deadline: Duration = .seconds(60)

    /// Named one by one: the host's defaults may be too new for a guest's kernel. No journal: a scratch disk ends with its
    /// guest.
    private static let features = [
        "none", "ext_attr", "dir_index", "filetype", "extent", "64bit", "flex_bg", "sparse_super", "large_file",
        "huge_file", "dir_nlink", "extra_isize", "metadata_csum",
    ]

    /// - Parameter path: of a file of that size, all of it a hole.
    func makeExt4(_ path: String, _ size: Memory) async throws {
        let isSmall = size < .mebibytes(64)
        // The file is new, so that its inode tables are zero already; neither we nor the guest need to write them.
        try await run(
            "mke2fs", on: size,
            [
                "-q", "-F", "-t", "ext4", "-O", FileSystemTools.features.joined(separator: ","), "-I", "256",
                "-b", isSmall ? "1024" : "4096", "-i", isSmall ? "4096" : "16384", "-m", "0", "-L", "scratch",
                "-E", "root_owner=0:0,nodiscard,lazy_itable_init=1,assume_storage_prezeroed=1", path,
            ])
        try await run("debugfs", on: size, ["-w", "-R", "set_inode_field <2> mode 041777", path])
    }

    private func run(_ tool: String, on size: Memory, _ arguments: [String]) async throws {
        let end = try await HostTool(tool, of: "e2fsprogs", in: directories, deadline: deadline).run(arguments)
        if !end.isFine { throw failure(tool, size, end.words, end.errors) }
    }

    private func failure(_ tool: String, _ size: Memory, _ status: String, _ output: String) -> BulkheadError {
        let subject = "scratch disk of \(size)"
        let evidence = output.split(separator: "\n").suffix(10).map(String.init)
        if output.contains("No space left on device") {
            return BulkheadError(.diskFull, subject, "\(tool): No space left on device", remedy: "Free space there.")
        }
        return BulkheadError(
            .toolFailed, subject, "\(tool): \(status)", remedy: "See what the tool says.", evidence: evidence)
    }
}
