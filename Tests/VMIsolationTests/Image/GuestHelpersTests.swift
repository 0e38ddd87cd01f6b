import Foundation
import TestSupport
import Testing

private let loader = "/lib64/ld-linux-x86-64.so.2"
private let library = "/lib/x86_64-linux-gnu/libc.so.6"
private let hasCompiler: Bool = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let files = FileManager.default
    return [loader, library].allSatisfy(files.fileExists(atPath:))
        && path.split(separator: ":").contains { files.isExecutableFile(atPath: "\($0)/clang") }
}()

/// What `bin/guest-image` compiles for its guest, with a compiler that lacks something.
@Suite(.enabled(if: hasCompiler, "takes clang and Debian's libc6")) struct GuestHelpersTests {
    private let directory = TemporaryDirectory()
    private var guest: String { directory.path + "/guest" }

    /// - Parameters:
    ///   - word: an argument with which the compiler fails.
    ///   - hasLibrary: the guest has the C library that a dynamic program needs.
    private func compiled(without word: String, hasLibrary: Bool = true) async throws -> (names: [String], said: String)
    {
        for folder in ["bin", "lib64", "lib/x86_64-linux-gnu"] {
            try FileManager.default.createDirectory(
                atPath: "\(guest)/\(folder)", withIntermediateDirectories: true)
        }
        let script = """
            set -euo pipefail
            cp -L \(loader) "$1/guest/lib64/"
            \(hasLibrary ? "cp -L \(library) \"$1/guest/lib/x86_64-linux-gnu/\"" : ":")
            . bin/lib/guest/files.sh
            compiler() { echo limited; }
            limited() {
                local word
                for word in "$@"; do case $word in *'\(word)') return 1 ;; esac; done
                clang "$@"
            }
            own=$1/own
            cp -r templates/guest "$own"
            # Without the headers of other packages.
            echo 'int nothing;' >"$own/dropbear-fast.c"
            rm "$own/dropbear-sha1.c"
            add_compiled "$1" "$1/guest" "$own"
            """
        let words = ["/usr/bin/env", "-C", Repository.path, "bash", "-c", script, "-", directory.path]
        let environment = ProcessInfo.processInfo.environment.map { Array("\($0.key)=\($0.value)".utf8) }
        let program = try RunningProgram(words.map { Array($0.utf8) }, environment: environment)
        #expect(try await program.wait(within: .seconds(60)) == 0, "\(program.errorText)")
        let all =
            try FileManager.default.contentsOfDirectory(atPath: guest + "/bin")
            + FileManager.default.contentsOfDirectory(atPath: guest + "/lib")
        return (all.filter { $0 != "x86_64-linux-gnu" }.sorted(), program.errorText)
    }

    private static let all = ["bulkhead-relay", "bulkhead-task", "dropbear-fast.so"]

    @Test func withoutAStaticLibraryTheTaskIsLinkedToTheGuests() async throws {
        let (names, said) = try await compiled(without: "-static")
        #expect(names == Self.all && said.isEmpty, "\(said)")
        let task = try Data(contentsOf: URL(fileURLWithPath: guest + "/bin/bulkhead-task"))
        #expect(task.range(of: Data(loader.utf8)) != nil, "it names its loader")
    }

    @Test(arguments: [("dropbear-fast.c", 2), ("relay.c", 0), ("task.c", 1)])
    func onlyWhatCannotBeCompiledIsLeftOut(_ file: String, _ number: Int) async throws {
        let (names, said) = try await compiled(without: file)
        var rest = Self.all
        rest.remove(at: number)
        #expect(names == rest && said.contains("cannot be compiled"), "\(said)")
    }

    @Test func whatTheGuestCouldNotLoadIsLeftOut() async throws {
        let (names, said) = try await compiled(without: "-static", hasLibrary: false)
        #expect(!names.contains("bulkhead-task") && !names.contains("bulkhead-relay"), "\(names)")
        #expect(said.contains("task.c cannot be compiled"), "\(said)")
    }
}
