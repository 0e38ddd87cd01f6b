import Foundation
import Isolation
import TestSupport
import Testing

/// docs/isolators says what each isolator is, and no less than its source has.
@Suite struct IsolatorDocsTests {
    private static let launchers: [IsolationList.LauncherName] = [.vm, .process, .external(program: "/bin/true")]
    private static let hooks = ["prepare", "isolate", "watch", "update", "usage", "status", "cleanup", "recover"]

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: Repository.path + "/" + path, encoding: .utf8)
    }

    /// The part behind `vm/`.
    private func concern(_ name: String) -> String { String(name.drop { $0 != "/" }.dropFirst()) }

    @Test(arguments: IsolationList.standard)
    func everyStandardIsolatorHasAPage(_ name: String) throws {
        let page = try text("docs/isolators/\(concern(name)).md")
        #expect(page.hasPrefix("# `\(name)`"), "it begins with its isolator's name")
        #expect(page.contains("\n## Tests\n"))
    }

    @Test(arguments: launchers)
    func theListNamesAll(_ launcher: IsolationList.LauncherName) throws {
        let list = try text("docs/isolators/README.md")
        let table = try #require(list.components(separatedBy: "## `--isolation`").first)
        for name in launcher.standard { #expect(table.contains("`\(name)`"), "\(name)") }
        #expect(list.contains("`\(launcher.standard.joined(separator: ","))`"), "what the launcher's name stands for")
    }

    /// A hook that an isolator has of its own is in the table of its page, and the table has no other.
    @Test(arguments: IsolationList.standard)
    func aPageHasItsIsolatorsHooks(_ name: String) throws {
        let concern = concern(name)
        let folder = ["time": "Isolation/Containerizer", "sandbox": "Isolation/Sandbox"][concern]
        let file = "Sources/\(folder ?? "VMIsolation/Isolators")/\(concern.capitalized)Isolator.swift"
        let (source, page) = (try text(file), try text("docs/isolators/\(concern).md"))
        #expect(source.contains("`\(name)`") || concern == "time")
        let written = Self.hooks.filter { source.contains("func \($0)(_") || source.contains("func \($0)(\n") }
        #expect(!written.isEmpty)
        #expect(Self.hooks.filter { page.contains("\n| `\($0)` | ") } == written)
    }

    @Test func theFiguresOfTheMemoryLimitAreTrue() throws {
        let page = try text("docs/isolators/compute.md")
        let overhead = MemoryOverhead(emulated: true)
        let figures = [
            ("base", "\(overhead.base)"), ("per virtual processor", "\(overhead.perVirtualCPU)"),
            ("per device", "\(overhead.perDevice)"), ("share", "1/\(overhead.divisor) of the guest's memory"),
            ("translation cache", "\(overhead.translationCache.mebibytes) MiB"),
        ]
        for (part, figure) in figures { #expect(page.contains("| \(part) | \(figure) |"), "\(part): \(figure)") }
        let machines: [(String, Int, UInt64, Bool)] = [
            ("1 processor, on KVM", 1, 256, false), ("1 processor, emulated", 1, 256, true),
            ("4 processors, on KVM", 4, 4096, false),
        ]
        for (machine, cpus, memory, emulated) in machines {
            let resources = Resources(
                cpus: CPUs(thousandths: 1000 * cpus), memory: .mebibytes(memory), disk: .mebibytes(1024))
            let limit = MemoryOverhead(emulated: emulated).hardLimit(for: resources, disks: 1)
            #expect(page.contains("| \(machine) | \(memory) MiB | \(limit.mebibytes) MiB |"), "\(limit.mebibytes)")
        }
    }
}
