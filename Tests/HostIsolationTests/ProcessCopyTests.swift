import Foundation
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

@Suite struct ProcessCopyTests {
    @Test func filesGoInAndComeOut() async throws {
        let files = TemporaryDirectory()
        let source = try files.file("in", Array("hello".utf8))
        let trial = try HostTrial(["sh", "-c", "cat in >out/copy"]) { config in
            config.puts = [
                Transfer(host: source, guest: "/sandbox/in"), Transfer(host: files.path, guest: "/sandbox/out"),
            ]
            config.gets = [Transfer(host: files.path + "/back", guest: "/sandbox/out")]
        }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        let ending = try await trial.run(launcher)
        #expect(ending.outcome == .exited(0))
        #expect(ending.flaws == [])
        #expect(FileManager.default.contents(atPath: files.path + "/back/copy") == Data("hello".utf8))
        try await trial.stop(launcher)
    }

    /// One link is the file itself, another is on the way to it.
    @Test func linksThatLeadOutAreNotFollowed() async throws {
        let files = TemporaryDirectory()
        _ = try files.file("secret", Array("secret".utf8))
        let trial = try HostTrial(["sh", "-c", "ln -s '\(files.path)/secret' one; ln -s '\(files.path)' way"]) {
            config in
            config.gets = [
                Transfer(host: files.path + "/one", guest: "/sandbox/one"),
                Transfer(host: files.path + "/two", guest: "/sandbox/way/secret"),
                Transfer(host: files.path + "/three", guest: "/sandbox/nothing"),
            ]
        }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        let ending = try await trial.run(launcher)
        #expect(ending.outcome == .exited(0))
        #expect(ending.flaws.map(\.reason) == [.copyFailed, .copyFailed])
        let kind = try FileManager.default.attributesOfItem(atPath: files.path + "/one")[.type] as? FileAttributeType
        #expect(kind == .typeSymbolicLink)
        #expect(!FileManager.default.fileExists(atPath: files.path + "/two"))
        try await trial.stop(launcher)
    }

    @Test func whatCannotBePutEndsTheLaunch() async throws {
        let trial = try HostTrial(["true"]) { $0.puts = [Transfer(host: "/no/such/file", guest: "/sandbox/x")] }
        let launcher = ProcessLauncher(places: trial.places, owner: "a test")
        try await launcher.start(trial.here, LaunchPlan())
        let error = await #expect(throws: BulkheadError.self) { try await trial.execute(launcher) }
        #expect(error?.reason == .fileUnreadable)
        #expect(trial.runs.current == nil)
        try await trial.stop(launcher)
    }
}
