import Foundation
import IsolationTestSupport
import TestSupport
import Testing

@testable import Isolation
@testable import VMIsolation

extension HostTests {
    /// On images of the test's own, with a cache of its own.
    @Suite(.bench) struct ImageCommandTests {
        private let cache = TemporaryDirectory()
        private var environment: [String: String] { ["BULKHEAD_CACHE_DIR": cache.path] }

        private func image(_ name: String, manifest: String) throws {
            let path = cache.path + "/images/" + name
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(manifest.utf8).write(to: URL(fileURLWithPath: path + "/manifest.json"))
        }

        private func sound(_ name: String) throws {
            try image(name, manifest: #"{"name":"\#(name)","kind":"disk","digest":"x","files":{}}"#)
        }

        @Test func aBrokenImageIsToldAndTheOthersAreListed() async throws {
            try sound("a")
            try image("b", manifest: "junk")
            try sound("c")
            let run = try await bench().call("image", "ls", environment: environment)
            #expect(run.status == 125 && run.lines.map { $0.prefix(1) } == ["N", "a", "c"], "\(run)")
            #expect(run.errorText.contains("imageBroken: image “b”"), "\(run)")
        }

        @Test func anImageThatAContainerHasByItsPathStays() async throws {
            try sound("a")
            let ledger = try bench().engine().ledger
            var config = try Bench.config("true")
            config.image = cache.path + "/images/a/"
            let record = ContainerRecord(
                config, machine: UUID(), created: 1, bootID: "boot", life: ContainerLife(isolators: 0))
            try ledger.add(record)
            let refused = try await bench().call("image", "rm", "a", environment: environment)
            try ledger.remove(config.id)
            #expect(refused.status == 125 && refused.errorText.contains("imageInUse"), "\(refused)")
            #expect(try await bench().call("image", "rm", "a", environment: environment).status == 0)
        }
    }
}
