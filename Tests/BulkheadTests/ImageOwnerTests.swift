import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// Images are shared by all guests: no guest's machine monitor may come to own one.
    @Suite(.bench) struct ImageOwnerTests {
        private let here = TemporaryDirectory()
        private static let hasDebian = FileManager.default.fileExists(atPath: Bench.images + "/debian/manifest.json")

        @Test func aKernelImageStaysAsItIs() async throws { try await staysAsItIs("default", []) }

        @Test(.enabled(if: hasDebian, "there is no image “debian”: bin/debian-image makes it"))
        func aDiskImageStaysAsItIs() async throws { try await staysAsItIs("debian", ["--mem", "512"]) }

        private func staysAsItIs(_ name: String, _ options: [String]) async throws {
            let bench = try bench()
            let image = try ImageCopy(of: name, in: here)
            let before = try image.owners()
            #expect(before.count >= 2)
            let launched = try bench.launch(
                ["--image", image.path] + options, shell: "echo on; read word; echo $word", input: .pipe,
                environment: ["BULKHEAD_BUDGET_LEASE": "300"])
            try await launched.program.awaitOutput("on\n", within: .seconds(1200))
            #expect(try image.owners() == before)
            let monitor = try #require(Bench.monitors(of: launched.name).first)
            let user = try self.user(of: monitor)
            for (file, facts) in before {
                #expect(facts[0] != user && facts[2] & 0o022 == 0, "QEMU, uid \(user), can write \(file): \(facts)")
            }
            var scratch = stat()
            #expect(stat("\(bench.state)/containers/\(launched.name)/scratch.raw", &scratch) == 0)
            #expect(Int(scratch.st_uid) == user && scratch.st_mode & 0o077 == 0, "but its own disk is QEMU's")
            try launched.program.send(Array("end\n".utf8))
            let run = try await bench.finish(launched)
            #expect(run.status == 0 && run.lines == ["on", "end"], "\(run)")
            #expect(try image.owners() == before)
        }

        /// Where QEMU's user may not read the image, the start fails and says which file it is.
        @Test func anImageThatQEMUCannotReadIsNamed() async throws {
            let image = try ImageCopy(in: here)
            #expect(chmod(image.path + "/initrd", 0o600) == 0)
            let run = try await bench().run(["--image", image.path], command: ["true"])
            let report = try run.report
            #expect(run.status == 125 && report.failedStage == "start" && report.error?.name == "startFailed", "\(run)")
            #expect(report.error?.evidence.contains { $0.contains("chmod o+r \(image.path)/initrd") } == true, "\(run)")
        }

        private func user(of process: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Uid:") })
            return try #require(line.split(separator: "\t").dropFirst(2).first.flatMap { Int($0) })
        }
    }
}
