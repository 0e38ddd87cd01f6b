import Foundation
import TestSupport
import Testing

extension TaskTests {
    @Suite(.bench) struct TransferTests {
        private let here = TemporaryDirectory()

        private func exists(_ name: String) -> Bool {
            (try? FileManager.default.attributesOfItem(atPath: here.path + "/" + name)) != nil
        }

        @Test func filesAndDirectoriesGoInAndComeOut() async throws {
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let file = try here.file("one file", bytes)
            let tree = here.path + "/tree"
            try FileManager.default.createDirectory(atPath: tree + "/deep/er", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: tree + "/empty", withIntermediateDirectories: true)
            try Data("#!/bin/sh\necho I run\n".utf8).write(to: URL(fileURLWithPath: tree + "/deep/er/run"))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tree + "/deep/er/run")
            try FileManager.default.createSymbolicLink(atPath: tree + "/link", withDestinationPath: "deep/er/run")
            let run = try await bench().run(
                [
                    "--put", "\(file):/sandbox/in/one file", "--put", "\(tree):/sandbox/tree",
                    "--get", "/sandbox/in/one file:\(here.path)/back", "--get", "/sandbox/tree:\(here.path)/tree2",
                ], shell: "/sandbox/tree/link && sha256sum <'in/one file' && echo new >tree/new && exit 9")
            #expect(run.status == 9 && run.lines.first == "I run", "\(run)")
            #expect(try run.report.fetchError == nil)
            let same = FileManager.default.contents(atPath: here.path + "/back").map(Array.init) == bytes
            #expect(same)
            let difference = try await bench().tool("diff", "-r", "--no-dereference", tree, here.path + "/tree2")
            #expect(difference.lines == ["Only in \(here.path)/tree2: new"], "\(difference)")
            #expect(FileManager.default.isExecutableFile(atPath: here.path + "/tree2/deep/er/run"))
        }

        @Test func whatAGuestOffersStaysInItsTarget() async throws {
            let script = """
                mkdir d; ln -s /etc/passwd d/link; ln -s /etc/passwd link; mknod d/device c 1 5; mkfifo d/fifo; \
                echo fine >d/file; exit 3
                """
            let gets = ["--get", "/sandbox/link:\(here.path)/link", "--get", "/sandbox/d:\(here.path)/d"]
            let run = try await bench().run(gets, shell: script)
            #expect(run.status == 3, "the command's status stays: \(run)")
            #expect(try run.report.outcome == "exited")
            #expect(try run.report.fetchError?.name == "copyFailed", "a device and a pipe are not taken")
            for name in ["link", "d/link", "d/device", "d/fifo"] { #expect(!exists(name), "\(name)") }
        }

        @Test func aMissingFileIsToldAndTheStatusStays() async throws {
            let run = try await bench().run(["--get", "/sandbox/nothing:\(here.path)/nothing"], shell: "exit 6")
            let report = try run.report
            #expect(run.status == 6 && report.outcome == "exited")
            #expect(report.fetchError?.name == "copyFailed" && report.fetchError?.subject.contains("/sandbox/nothing") == true)
            #expect(!exists("nothing"))
        }
    }
}
