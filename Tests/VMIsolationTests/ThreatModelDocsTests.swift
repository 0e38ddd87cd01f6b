import Foundation
import TestSupport
import Testing

/// docs/threat-model.md claims nothing that no test shows.
@Suite struct ThreatModelDocsTests {
    private let text: String
    private let suites: Set<String>

    init() throws {
        text = try String(contentsOfFile: Repository.path + "/docs/threat-model.md", encoding: .utf8)
        let tests = Repository.path + "/Tests"
        let files = (FileManager.default.enumerator(atPath: tests)?.allObjects as? [String] ?? []).filter {
            $0.hasSuffix("Tests.swift")
        }
        suites = try Set(
            files.flatMap { file in
                try String(contentsOfFile: tests + "/" + file, encoding: .utf8)
                    .matches(of: /(?:struct|class|enum) (\w+Tests)\b/).map { String($0.output.1) }
            })
    }

    private func rows(of heading: String) throws -> [[Substring]] {
        let part = try #require(
            text.components(separatedBy: "\n## \(heading)\n").last?.components(separatedBy: "\n## ").first)
        return part.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2).map { $0.split(separator: "|") }
    }

    @Test func everyTestThatIsNamedExists() {
        let named = Set(text.matches(of: /`(\w+Tests)`/).map { String($0.output.1) })
        #expect(named.count > 30 && suites.count > 100)
        #expect(named.subtracting(suites).isEmpty)
    }

    @Test func everyWallNamesWhatShowsIt() throws {
        let rows = try rows(of: "Walls")
        #expect(rows.count > 15)
        for row in rows {
            #expect(row.count == 4 && row.last?.contains(/`\w+Tests`/) == true, "\(row.first ?? "")")
        }
    }
}
