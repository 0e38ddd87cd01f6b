import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct ShellQuotingTests {
    static let hostile = [
        "", " ", "'", "''", "'\\''", "\"", "$HOME", "`id`", "$(id)", "a b", "a\nb", "\n", "a\n\n", "\\", "\\n", "-n",
        "*", "~", "!!", "#x", "a'b\"c$d`e\\f\ng", "; rm -rf /", "&", "|", "<>", "\t\r", "é漢🙂", "e\u{301}'\u{301}",
        "\u{1B}[0m", "\u{FFFE}12\u{FFFF}", "{{name}}", "%s%n", "'\n'", "\u{7F}", "'\r\n'",
    ]
    static let shells: [[String]] = [
        ["/bin/sh"], ["/bin/dash"], ["/bin/bash"], ["/bin/bash", "--posix"], ["/bin/busybox", "sh"],
    ]
    .filter { FileManager.default.isExecutableFile(atPath: $0[0]) }

    /// What the shell gives back for a word written by our template, with a mark that keeps final line ends.
    private func echo(_ text: String, shell: [String]) throws -> String {
        let file = try TemplateFile(name: "t.sh", text: "printf '%s.' {{value}}\n")
        let tags = [TemplateTag("value", .text, "")]
        let script = try TemplateRenderer(file, tags: tags, escaping: .shell).render(["value": .text(text)]).text
        let process = Process()
        process.executableURL = URL(fileURLWithPath: shell[0])
        process.arguments = shell.dropFirst() + ["-c", script]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(String(decoding: said, as: UTF8.self).unicodeScalars.dropLast())
    }

    @Test(arguments: shells)
    func shellsGiveBackEveryText(_ shell: [String]) throws {
        for text in ShellQuotingTests.hostile {
            let back = try echo(text, shell: shell)
            #expect(Array(back.utf8) == Array(text.utf8), "\(text.debugDescription)")
        }
    }

    @Test func thereIsAShellToTry() { #expect(!ShellQuotingTests.shells.isEmpty) }

    @Test func theEmptyTextIsAWord() { #expect(TemplateEscaping.shell.escape("") == "''") }

    @Test func aZeroCharacterIsRefused() throws {
        #expect(bulkheadError { _ = try echo("a\u{0}b", shell: ["/bin/sh"]) }?.reason == .templateMalformed)
    }
}
