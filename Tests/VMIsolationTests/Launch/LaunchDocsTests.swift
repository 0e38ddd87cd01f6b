import Foundation
import Isolation
import TestSupport
import Testing

/// What docs/launch.md promises to explain, it explains.
@Suite struct LaunchDocsTests {
    private let text: String

    init() throws { text = try String(contentsOfFile: Repository.path + "/docs/launch.md", encoding: .utf8) }

    @Test(arguments: BulkheadError.Reason.allCases)
    func everyErrorIsExplained(_ reason: BulkheadError.Reason) throws {
        let table = try #require(text.components(separatedBy: "## All errors").last)
        #expect(table.contains("`\(reason.rawValue)`"))
    }

    @Test(arguments: LaunchStage.allCases)
    func everyStageIsExplained(_ stage: LaunchStage) { #expect(text.contains("| `\(stage.rawValue)` |")) }
}
