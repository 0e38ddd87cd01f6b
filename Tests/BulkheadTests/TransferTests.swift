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

        @Test func moreThanFitsIsToldInTheGuestsWords() async throws {
            let file = try here.file("large", [UInt8](repeating: 7, count: 40 << 20))
            let run = try await bench().run(["--disk", "16", "--put", "\(file):/sandbox/large"], command: ["true"])
            let error = try run.report.error
            #expect(run.status == 125 && error?.name == "copyFailed", "\(run)")
            #expect(error?.detail.contains("No space left") == true, "\(run)")
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

        @Test func linksThatLeadOutsideAreToldOf() async throws {
            let script = """
                mkdir d e; ln -s inside d/good; echo x >d/inside; ln -s /etc/passwd "$(printf 'd/bad\\033[2J')"; \
                for n in $(seq 30); do ln -s ../../x$n e/l$n; done; exit 4
                """
            let gets = ["--get", "/sandbox/d:\(here.path)/d", "--get", "/sandbox/e:\(here.path)/e"]
            let run = try await bench().run(gets, shell: script)
            let report = try run.report
            #expect(run.status == 4 && report.fetchError == nil, "\(run)")
            let leftOut = try #require(report.leftOut)
            #expect(leftOut.map(\.get) == ["/sandbox/d", "/sandbox/e"] && leftOut.map(\.count) == [1, 30], "\(run)")
            #expect(leftOut.first?.notes.first?.contains("bad") == true && leftOut.last?.notes.count == 20, "\(run)")
            #expect(exists("d/good") && exists("d/inside") && !exists("e/l1"))

            let (bench, name) = (try bench(), Bench.name())
            let plain = try bench.launch(gets, name: name, json: false, command: ["sh", "-c", script])
            let text = try await bench.finish(plain)
            let lines = text.errorText.split(separator: "\n")
            #expect(text.status == 4 && lines.count == 22, "\(text)")
            #expect(lines.allSatisfy { $0.hasPrefix("bulkhead: --get /sandbox/") && !$0.contains("\u{1b}") }, "\(text)")
            #expect(lines.last == "bulkhead: --get /sandbox/e: left out: 10 more links", "\(text)")
        }

        @Test func aHardLinkIsRefusedByName() async throws {
            let run = try await bench().run(
                ["--get", "/sandbox/d:\(here.path)/d"], shell: "mkdir d; echo x >d/one; ln d/one d/two; exit 2")
            let error = try #require(try run.report.fetchError)
            #expect(run.status == 2 && error.name == "copyFailed" && error.detail.contains("hard link"), "\(run)")
        }

        @Test func aMissingFileIsToldAndTheStatusStays() async throws {
            let run = try await bench().run(["--get", "/sandbox/nothing:\(here.path)/nothing"], shell: "exit 6")
            let report = try run.report
            #expect(run.status == 6 && report.outcome == "exited")
            #expect(
                report.fetchError?.name == "copyFailed"
                    && report.fetchError?.subject.contains("/sandbox/nothing") == true)
            #expect(!exists("nothing"))
        }
    }
}
