import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct TemplateDocsTests {
    let text: String

    init() throws {
        text = try String(contentsOfFile: "\(TemplateSamples.directory)/../docs/templates.md", encoding: .utf8)
    }

    private static func names(_ tags: [TemplateTag]) -> [String] {
        tags.flatMap { tag -> [String] in
            guard case .section(let inner) = tag.kind else { return [tag.name] }
            return [tag.name] + names(inner)
        }
    }

    @Test(arguments: Set(names(DomainTags.all) + names(NetworkPlan.tags)).sorted())
    func everyTagIsDocumented(_ tag: String) { #expect(text.contains("`\(tag)`")) }

    @Test(arguments: LintRule.allCases)
    func everyRuleIsDocumented(_ rule: LintRule) { #expect(text.contains("| `\(rule.rawValue)` |")) }

    @Test func theMeaningsAreTheCodes() {
        for tag in DomainTags.all {
            if case .section = tag.kind { continue }
            #expect(text.contains("| `\(tag.name)` |") && text.contains("| \(tag.meaning) |"), "\(tag.name)")
        }
    }

    @Test func everyTagHasAValueAndEveryValueATag() throws {
        let plan = try TemplateSamples.plan()
        #expect(Set(plan.templateValues.keys) == Set(DomainTags.all.map(\.name)))
        guard case .section(let inner) = DomainTags.all.first(where: { $0.name == "disks" })?.kind else {
            return #expect(Bool(false), "disks is a section")
        }
        #expect(Set(plan.disks[0].templateValues(at: 0, plan.rates).keys) == Set(inner.map(\.name)))
    }
}
