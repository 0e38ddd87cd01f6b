import Foundation
import TestSupport
import Testing

/// docs/api.md and docs/agent.md: their examples are run, and answer what they say.
@Suite struct APIDocsTests {
    /// A block of shell, and what it is to print; nil where the page does not say.
    struct Example: Sendable {
        var line: Int
        var script: String
        var output: String?
    }

    /// Whether a text is the pattern, whose `…` stands for anything.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let parts = pattern.components(separatedBy: "…")
        var rest = text[...]
        guard parts.count > 1 else { return text == pattern }
        guard rest.hasPrefix(parts[0]) else { return false }
        rest = rest.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }

    static func examples(of page: String) throws -> [Example] {
        let lines = try String(contentsOfFile: Repository.path + "/docs/" + page, encoding: .utf8)
            .components(separatedBy: "\n")
        var (examples, language): ([Example], String?) = ([], nil)
        var block: [String] = []
        var isFresh = false
        for (number, line) in lines.enumerated() {
            guard line.hasPrefix("```") else {
                if language != nil { block.append(line) } else { isFresh = false }
                continue
            }
            guard let open = language else {
                (language, block) = (String(line.dropFirst(3)), [])
                continue
            }
            let text = block.joined(separator: "\n")
            if open == "sh" {
                examples.append(Example(line: number - block.count, script: text))
                isFresh = true
            } else if isFresh {
                examples[examples.count - 1].output = text
            }
            if open != "sh" { isFresh = false }
            language = nil
        }
        return examples
    }

    @Test func anEllipsisStandsForAnything() {
        #expect(Self.matches("abc", "a…c") && Self.matches("ac", "a…c") && Self.matches("abc", "…b…"))
        #expect(!Self.matches("abd", "a…c") && !Self.matches("abc", "ab") && !Self.matches("cba", "…a…b…"))
    }

    @Test(arguments: [("api.md", 15), ("agent.md", 3)])
    func everyExampleAnswersWhatItSays(_ page: String, _ least: Int) async throws {
        let examples = try Self.examples(of: page)
        #expect(examples.count >= least)
        let trial = AgentTrial()
        let agent = try await trial.start()
        for example in examples {
            let program = try RunningProgram(
                ["/bin/sh", "-euc", example.script].map { Array($0.utf8) },
                environment: ["AGENT=\(agent.address)", "PATH=/usr/bin:/bin"].map { Array($0.utf8) })
            let status = try? await program.wait(within: .seconds(60))
            #expect(status == 0, "\(page), line \(example.line): \(program.errorText)")
            guard let wanted = example.output else { continue }
            let text = program.outputText.hasSuffix("\n") ? String(program.outputText.dropLast()) : program.outputText
            #expect(Self.matches(text, wanted), "\(page), line \(example.line): \(text)")
        }
    }
}
