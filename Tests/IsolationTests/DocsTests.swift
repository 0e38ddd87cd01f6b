import Foundation
import TestSupport
import Testing

/// What pages for people refer to is there.
@Suite struct DocsTests {
    private static let pages: [String] = {
        let folders = ["docs", "docs/isolators"]
        let pages = folders.flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(Repository.path)/\(folder)")) ?? []
            return names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
        }
        return ["README.md"] + pages.sorted()
    }()

    private func text(_ page: String) throws -> String {
        try String(contentsOfFile: Repository.path + "/" + page, encoding: .utf8)
    }

    /// Names of all Swift files below a folder.
    private func swiftFiles(_ folder: String) throws -> Set<String> {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Repository.path + "/" + folder)
        return Set(paths.filter { $0.hasSuffix(".swift") }.map { String($0.split(separator: "/").last ?? "") })
    }

    @Test func thereArePages() { #expect(Self.pages.count > 12, "\(Self.pages)") }

    @Test(arguments: pages)
    func linksLeadToFiles(_ page: String) throws {
        let folder = URL(fileURLWithPath: Repository.path + "/" + page).deletingLastPathComponent()
        for link in try text(page).matches(of: /\]\(([^)#\s]+)/) where !link.output.1.contains("://") {
            let target = folder.appendingPathComponent(String(link.output.1)).standardizedFileURL
            #expect(FileManager.default.fileExists(atPath: target.path), "\(link.output.1)")
        }
    }

    @Test(arguments: pages)
    func testsAndSourcesThatAreNamedExist(_ page: String) throws {
        let tests = try swiftFiles("Tests")
        let sources = try swiftFiles("Sources").union(tests)
        for name in try text(page).matches(of: /`(?:[A-Za-z\/]+\/)?([A-Z][A-Za-z+]*Tests)`/) {
            let isTarget = FileManager.default.fileExists(atPath: "\(Repository.path)/Tests/\(name.output.1)")
            #expect(isTarget || tests.contains(name.output.1 + ".swift"), "\(name.output.1)")
        }
        for name in try text(page).matches(of: /`(?:[A-Za-z\/]+\/)?([A-Z][A-Za-z+]*\.swift)`/) {
            #expect(sources.contains(String(name.output.1)), "\(name.output.1)")
        }
    }

    @Test func everyRoomIsInTheDesign() throws {
        let design = try text("docs/design.md")
        for target in try FileManager.default.contentsOfDirectory(atPath: Repository.path + "/Sources") {
            #expect(design.contains("| `\(target)`") || design.contains(", `\(target)` |"), "\(target)")
        }
    }
}
