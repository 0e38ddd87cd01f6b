import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// What the self-test's hostile archives do where nobody looks: a probe that does no harm to a careless reader would prove
/// nothing.
@Suite struct HostileFilesTests {
    private static let ids = HostileArchive.all(bait: "/").map(\.id)

    @Test(arguments: ids) func aCarelessReaderIsHarmed(_ id: String) throws {
        let here = TemporaryDirectory()
        let bait = Bait(root: here.path)
        try bait.lay()
        #expect(bait.faults().isEmpty)
        let archive = try #require(HostileArchive.all(bait: bait.path).first { $0.id == id })
        let file = try here.file("archive", archive.bytes)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xpPf", file, "-C", here.path + "/files"]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        #expect(!bait.faults().isEmpty)
    }

    @Test func tooManyFilesAreHarm() async throws {
        let here = TemporaryDirectory()
        let bait = Bait(root: here.path)
        try bait.lay()
        let program = try await Canaries.program()
        let count = Bait.mostFiles + 100
        let script = "'\(program)' tree \(count) \(HostileArchive.top) | tar -xf - -C '\(here.path)/files'"
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/bin/sh")
        tar.arguments = ["-c", script]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        #expect(bait.faults().contains { $0.hasSuffix("files and directories") }, "\(bait.faults())")
    }

    @Test func anHonestOneIsFoundHarmless() throws {
        let bait = Bait(root: TemporaryDirectory().path + "/x")
        try bait.lay()
        try Data("hello".utf8).write(to: URL(fileURLWithPath: bait.root + "/files/hello"))
        #expect(bait.faults().isEmpty)
        try FileManager.default.removeItem(atPath: bait.root)
    }
}
