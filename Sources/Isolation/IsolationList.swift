/// What `--isolation` asks for: one launcher and its isolators, in order.
public struct IsolationList: Hashable, Sendable {
    public enum LauncherName: Hashable, Sendable {
        case vm
        case process
        case external(program: String)

        /// What the name stands for when no isolators are spelled out.
        public var standard: [String] {
            switch self {
            case .vm: IsolationList.standard
            case .process: ["process/cgroups", "process/sandbox", "process/time"]
            case .external: ["external/resources", "external/sandbox", "external/time"]
            }
        }

        /// The first part of the names of its own isolators.
        var prefix: String {
            switch self {
            case .vm: "vm/"
            case .process: "process/"
            case .external: "external/"
            }
        }
    }

    public let launcher: LauncherName
    /// Each once, as they prepare; they clean up the other way round.
    public let isolators: [String]

    /// What `vm` stands for.
    public static let standard = [
        "vm/compute", "vm/disk", "vm/network", "vm/identity", "vm/console", "vm/sandbox", "vm/time",
    ]

    /// Reads `vm`, `vm/compute,vm/disk,…`, `process`, `external:PROGRAM`, each with further names after it.
    ///
    /// The first part of a name says which launcher it belongs to: `vm/disk` needs `vm`. Names of other first parts go
    /// with every launcher.
    ///
    /// - Parameter known: names of isolators beyond the standard ones, such as `example/ramdisk`.
    /// - Throws: ``BulkheadError`` with `badOption`.
    public init(_ text: String, known: Set<String> = []) throws(BulkheadError) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        let all: [LauncherName] = [.vm, .process, .external(program: "")]
        let names = known.union(all.flatMap(\.standard))
        var launchers: [(word: String, name: LauncherName)] = []
        var isolators: [String] = []
        for word in words {
            guard !word.isEmpty else { throw Self.bad(text, "it has an empty name", names) }
            if let name = try Self.launcher(word, names) {
                launchers.append((word, name))
                isolators += name.standard
            } else if names.contains(word) {
                isolators.append(word)
            } else {
                throw Self.bad(word, "there is no isolator of this name", names)
            }
        }
        var seen: Set<String> = []
        for name in launchers.map(\.word) where !seen.insert(name).inserted {
            throw Self.bad(name, "it is named twice", names)
        }
        if launchers.count > 1 {
            throw Self.bad(
                launchers[1].word, "\(launchers[0].word) is named as well, and a container has one launcher", names)
        }
        for name in isolators where !seen.insert(name).inserted { throw Self.bad(name, "it is named twice", names) }
        // `vm/disk` alone says enough of the launcher.
        if launchers.isEmpty, isolators.contains(where: { $0.hasPrefix("vm/") }) { launchers = [("vm", .vm)] }
        guard let first = launchers.first else { throw Self.bad(text, "it names no launcher", names) }
        for other in all where other.prefix != first.name.prefix {
            guard let stranger = isolators.first(where: { $0.hasPrefix(other.prefix) }) else { continue }
            throw Self.bad(stranger, "it does not go with \(first.word)", names)
        }
        launcher = first.name
        self.isolators = isolators
    }

    private static func launcher(_ word: String, _ names: Set<String>) throws(BulkheadError) -> LauncherName? {
        switch word {
        case "vm": return .vm
        case "process": return .process
        case "external": throw bad(word, "it has no program", names)
        default: break
        }
        guard word.hasPrefix("external:") else { return nil }
        let program = String(word.dropFirst("external:".count))
        guard program.hasPrefix("/") else { throw bad(word, "its program is no absolute path", names) }
        return .external(program: program)
    }

    private static func trimmed(_ word: Substring) -> String {
        String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func bad(_ subject: String, _ why: String, _ names: Set<String>) -> BulkheadError {
        BulkheadError(
            .badOption, "--isolation “\(subject)”", why,
            remedy: "name one of vm, process, external:/PATH/TO/PROGRAM; or isolators, separated by commas: "
                + names.sorted().joined(separator: ", "))
    }
}
