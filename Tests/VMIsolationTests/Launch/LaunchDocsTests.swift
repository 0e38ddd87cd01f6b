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

    @Test(arguments: LaunchStage.allCases.filter { $0 != .run })
    func theBudgetsAreTrue(_ stage: LaunchStage) throws {
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(stage.rawValue)` |") })
        let cell = try #require(row.split(separator: "|").dropFirst(2).first)
        let budgets = LaunchBudgets()
        let (own, emulated) = (budgets.budget(stage, emulated: false), budgets.budget(stage, emulated: true))
        #expect(cell.hasPrefix(" \(own.components.seconds) "))
        #expect(cell.contains("×") == (emulated > own))
    }

    @Test func everyOutcomeIsExplainedWithItsStatus() throws {
        let end = try #require(text.components(separatedBy: "## How it ends").last)
        let table = try #require(end.components(separatedBy: "\n## ").first)
        var outcome: Outcome? = .exited(7)
        while let one = outcome {
            let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("`\(one.name)`") }
            let row = try #require(rows.first, "\(one.name)")
            let cell = try #require(row.split(separator: "|").last { !$0.allSatisfy(\.isWhitespace) })
            #expect(cell.contains(one.statusInWords), "\(row)")
            outcome = one.next
        }
    }
}

extension Outcome {
    private static let error = BulkheadError(.resultMissing, "a result", "none", remedy: "")

    /// Goes through all of them; a new one does not compile until it has its place.
    fileprivate var next: Outcome? {
        switch self {
        case .exited: .signalled(9)
        case .signalled: .outOfMemory
        case .outOfMemory: .outOfDisk(nil)
        case .outOfDisk: .guestPoweredOff
        case .guestPoweredOff: .guestRebooted
        case .guestRebooted: .guestPanicked
        case .guestPanicked: .monitorKilled
        case .monitorKilled: .timeLimit
        case .timeLimit: .limitReached("why")
        case .limitReached: .destroyed
        case .destroyed: .interrupted(2)
        case .interrupted: .launchFailed(.lease, Self.error)
        case .launchFailed: .hostFailed(Self.error)
        case .hostFailed: nil
        }
    }

    fileprivate var statusInWords: String {
        switch self {
        case .exited: "the command's"
        case .signalled, .interrupted: "128 + n"
        default: "\(exitStatus)"
        }
    }
}
