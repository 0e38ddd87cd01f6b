import Foundation
import Glibc
import Isolation
import VMIsolation

/// Settings of this host, read once: environment first (`BULKHEAD_…`), then the configuration file, then defaults.
struct Place {
    let connection: String
    let state: StateDirectory
    let images: ImageStore
    let budgets: LaunchBudgets
    /// Where `domain.xml`, `network.xml` and `launcher.sh` are.
    let templates: String
    let policy: LintPolicy

    /// - Parameter isMade: the directories are made where they are missing.
    /// - Throws: ``BulkheadError`` with `badOption` naming the key, or `stateUnusable`.
    init(connection: String?, isMade: Bool = true) async throws {
        let settings = try await Settings()
        let root = geteuid() == 0
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        let cache =
            try Place.directory("cache.dir", settings) ?? (root ? "/var/cache/bulkhead" : home + "/.cache/bulkhead")
        self.connection = connection ?? settings.text("connect") ?? "qemu:///system"
        let state =
            try Place.directory("state.dir", settings)
            ?? (root ? "/var/lib/bulkhead" : home + "/.local/state/bulkhead")
        self.state =
            isMade ? try StateDirectory(root: state, cache: cache) : StateDirectory(at: state, cache: cache)
        images = ImageStore(directory: cache + "/images")
        budgets = try settings.budgets()
        templates = try settings.text("templates.dir") ?? Place.shippedTemplates()
        policy = try LintPolicy(allow: settings.list("template.allow"))
    }

    /// Other processes are told such paths, so they must mean the same everywhere.
    private static func directory(_ key: String, _ settings: Settings) throws -> String? {
        guard let path = settings.text(key) else { return nil }
        guard path.hasPrefix("/") else {
            throw BulkheadError(
                .badOption, "configuration key \(key)", "“\(path)” is no absolute path", remedy: "begin it with /")
        }
        return path
    }

    /// Beside the program when installed (`../share/bulkhead/templates`), else in the source tree it was built in.
    private static func shippedTemplates() throws -> String {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        var directory = program.deletingLastPathComponent()
        let installed = directory.deletingLastPathComponent().appendingPathComponent("share/bulkhead/templates").path
        var candidates = [installed]
        while directory.path != "/" {
            candidates.append(directory.appendingPathComponent("templates").path)
            directory.deleteLastPathComponent()
        }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0 + "/domain.xml") }) else {
            throw BulkheadError(
                .templateUnreadable, "templates", "none beside \(program.path)",
                remedy: "set BULKHEAD_TEMPLATES_DIR to the directory that holds domain.xml")
        }
        return found
    }
}
