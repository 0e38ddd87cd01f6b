import Foundation
import Isolation

/// The script that runs one command in one guest: sets user, directory, environment and limits, passes signals on,
/// and leaves a result file that carries a number which only this launch knows.
struct LauncherScript: Sendable {
    static let directory = "/run/bulkhead"
    static let path = "/run/bulkhead-launcher.sh"
    static let result = directory + "/result"
    static let processGroup = directory + "/pid"

    let bytes: [UInt8]
    let nonce: String

    /// - Parameter path: of the template, `launcher.sh`.
    /// - Parameter nonce: of a script that a former process of ours made; nil for a new one.
    /// - Parameter spools: output goes to files in the guest, see ``Spool``.
    init(
        _ command: TaskCommand, container: ContainerID, template path: String, nonce known: String? = nil,
        spools: Bool = false
    ) throws(BulkheadError) {
        nonce = known ?? (0..<4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 16) }.joined()
        let renderer = try TemplateRenderer(try TemplateFile(path: path), tags: LauncherScript.tags, escaping: .shell)
        let rendered = try renderer.render([
            "container": .text(container.description), "nonce": .text(nonce), "user": .text(command.user),
            "workdir": .text(command.directory), "command": .text(command.arguments.first ?? ""),
            "arguments": .list(command.arguments.map { ["argument": .text($0)] }),
            "environment": .list(command.environment.map { ["variable": .text("\($0.name)=\($0.value)")] }),
            "terminal": .flag(command.terminal), "spool": .flag(spools),
        ])
        bytes = RawText.decode(rendered.text)
    }

    /// The tags of `launcher.sh`; every value becomes one word of the shell.
    static let tags: [TemplateTag] = [
        .init("container", .text, "the container's name"),
        .init("nonce", .text, "what proves that the result is this launch's"),
        .init("user", .text, "whom the command runs as"),
        .init("workdir", .text, "where it runs"),
        .init("command", .text, "the program"),
        .init("arguments", .section([.init("argument", .text, "one word")]), "the program and its arguments"),
        .init("environment", .section([.init("variable", .text, "`NAME=VALUE`")]), "variables"),
        .init("terminal", .flag, "the command has a terminal"),
        .init("spool", .flag, "its output goes to files, so that it survives its session"),
    ]
}

/// What the launcher script left when its command had ended.
struct LauncherResult: Equatable {
    let status: Int32
    let killedForMemory: Int
    /// The scratch space had nothing left when the command had failed.
    let diskIsFull: Bool
    /// Why the command was not even started: `user` or `workdir`.
    let error: String

    /// Reads a result file; it comes from a hostile guest.
    ///
    /// - Returns: nil where it is not what this launch's script writes.
    init?(_ bytes: [UInt8], nonce: String) {
        guard bytes.count <= 1024, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var values: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
        }
        guard values.count == 5, values["nonce"].map(String.init) == nonce,
            let status = values["status"].flatMap({ Int32($0) }), (0...255).contains(status),
            let killed = values["oom"].flatMap({ Int($0) }), killed >= 0, let error = values["error"],
            let disk = values["full"], disk == "0" || disk == "1"
        else { return nil }
        self.status = status
        killedForMemory = killed
        diskIsFull = disk == "1"
        self.error = String(error)
    }
}
