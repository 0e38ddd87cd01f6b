import Foundation
import TestSupport
import Testing

/// What tasks say and call their files does nothing to the terminal of who looks.
@Suite struct TerminalOutputTests {
    private let trial = AgentTrial()
    /// A title, a cursor's report, text over text, a byte that is a command, a direction, and what is harmless.
    private static let attack = "\u{1B}]0;owned\u{7}\u{1B}[6n one\rtwo \u{9B}31m \u{202E}dne é 漢\n"

    /// Runs `bulkhead` as a person at a terminal does.
    private func shown(_ agent: RunningAgent, _ words: [String]) async throws -> (status: Int32, text: String) {
        let terminal = try PseudoTerminal(columns: 200, rows: 50)
        let program = try trial.begin(
            words, of: "bulkhead", environment: ["BULKHEAD_AGENT": agent.address], input: .terminal(terminal))
        let status = try await program.wait(within: .seconds(60))
        return (status, terminal.text)
    }

    private func isQuiet(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            "\r\n\t".unicodeScalars.contains($0) || ![.control, .format].contains($0.properties.generalCategory)
        }
    }

    @Test func outputAndFilesAreShownNotHeeded() async throws {
        let agent = try await trial.start()
        let file = try trial.directory.file("attack", Array(Self.attack.utf8) + [0x9B, 0x0A])
        let name = "n\u{1B}[2Jame"
        let script = "cat \(file); cat \(file) >&2; cp \(file) copy; cp \(file) '\(name)'"
        _ = try await trial.submit(agent, ["--name", "one", "--", "sh", "-c", script])
        #expect(try await trial.bulkhead(agent, ["wait", "one"]).status == 0)
        let notation = "^[]0;owned^G^[[6n one^Mtwo <U+009B>31m <U+202E>dne é 漢\r\n<9B>\r\n"
        for words in [["logs", "-f", "one"], ["files", "one", "copy"]] {
            let looked = try await shown(agent, words)
            #expect(looked.status == 0 && looked.text == notation, "\(words): \(looked)")
        }
        let errors = try await shown(agent, ["logs", "--stderr", "one"])
        #expect(errors.text.hasSuffix(notation), "\(errors)")
        let bytes = Array(Self.attack.utf8) + [0x9B, 0x0A]
        for words in [["logs", "one"], ["files", "one", "copy"]] {
            let program = try trial.begin(words, of: "bulkhead", environment: ["BULKHEAD_AGENT": agent.address])
            #expect(try await program.wait(within: .seconds(60)) == 0 && program.output == bytes, "\(words)")
            let raw = try await shown(agent, words + ["--raw"])
            #expect(raw.status == 0 && raw.text.contains("\u{1B}]0;owned\u{7}\u{1B}[6n"), "\(raw)")
        }
        let listed = try await shown(agent, ["files", "one"])
        #expect(listed.status == 0 && isQuiet(listed.text) && listed.text.contains("n[2Jame"), "\(listed)")
        let waited = try await shown(agent, ["submit", "--wait", "--name", "two", "--", "cat", file])
        #expect(waited.status == 0 && isQuiet(waited.text) && waited.text.contains("^[]0;owned^G"), "\(waited)")
    }

    @Test func namesAndMessagesAreShownNotHeeded() async throws {
        let agent = try await trial.start()
        let ended = try await trial.bulkhead(
            agent, ["submit", "--wait", "--name", "one", "--", "/no/\u{1B}[31mred\u{9B}0m\u{202E}"])
        #expect(ended.status == 127, "\(ended)")
        for words in [["ps"], ["ps", "--json"], ["inspect", "one"], ["wait", "one"]] {
            let looked = try await shown(agent, words)
            #expect(isQuiet(looked.text) && !looked.text.isEmpty, "\(words): \(looked.text.debugDescription)")
        }
        let wrong = try await shown(agent, ["inspect", "no\u{1B}[31mne\u{9B}"])
        #expect(wrong.status == 125 && isQuiet(wrong.text), "\(wrong.text.debugDescription)")
    }
}
