import Foundation
import Glibc
public import Isolation
public import VMIsolation

/// Settings of this host, read once: environment first (`BULKHEAD_…`), then the configuration file, then defaults.
public struct Place: Sendable {
    public let connection: String
    public let state: StateDirectory
    public let images: ImageStore
    public let budgets: LaunchBudgets
    /// Where `domain.xml`, `network.xml` and `launcher.sh` are.
    public let templates: String
    public let policy: LintPolicy

    /// - Parameters:
    ///   - directory: instead of the configured state directory.
    ///   - isMade: the directories are made where they are missing.
    ///   - settings: nil reads them.
    /// - Throws: ``BulkheadError`` with `badOption` naming the key, or `stateUnusable`.
    public init(
        connection: String?, state directory: String? = nil, isMade: Bool = true, settings: Settings? = nil
    ) async throws {
        let settings = try settings ?? Settings()
        let root = geteuid() == 0
        let home = FileManager.default.homeDirectoryForCurrentUser.path
        let cache =
            try Place.directory("cache.dir", settings) ?? (root ? "/var/cache/bulkhead" : home + "/.cache/bulkhead")
        self.connection = connection ?? settings.text("connect") ?? "qemu:///system"
        let state =
            try directory ?? Place.directory("state.dir", settings)
            ?? (root ? "/var/lib/bulkhead" : home + "/.local/state/bulkhead")
        self.state =
            isMade ? try StateDirectory(root: state, cache: cache) : StateDirectory(at: state, cache: cache)
        images = ImageStore(directory: cache + "/images")
        budgets = try settings.budgets()
        templates = try settings.text("templates.dir") ?? Place.shippedTemplates()
        policy = try LintPolicy(allow: settings.list("template.allow"))
    }

    /// What virtual machines are to be here.
    ///
    /// - Parameters:
    ///   - template: the domain template; nil for the shipped one.
    ///   - acceleration: `auto`, `kvm` or `tcg`.
    /// - Throws: ``BulkheadError`` with `badOption`, or that of a template.
    public func machines(
        template: String? = nil, network: String? = nil, acceleration: (option: String, value: String)
    ) throws -> Engine.Machines {
        guard let policy = AccelerationPolicy(rawValue: acceleration.value) else {
            throw BulkheadError(
                .badOption, "\(acceleration.option) “\(acceleration.value)”", "unknown", remedy: "give auto, kvm or tcg"
            )
        }
        var machines = Engine.Machines(
            images: images, template: try DomainTemplate(path: template ?? templates + "/domain.xml"))
        machines.policy = self.policy
        machines.network = network
        machines.acceleration = policy
        machines.budgets = budgets
        return machines
    }

    public func engine() throws -> Engine {
        try Engine(state: state, connection: connection, templates: templates)
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
