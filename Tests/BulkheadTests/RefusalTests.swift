import Foundation
import TestSupport
import Testing

extension HostTests {
    /// What cannot be meant or cannot be had is refused before anything is made.
    @Suite(.bench) struct RefusalTests {
        private let here = TemporaryDirectory()

        /// Runs and sees the named error, and that nothing was made.
        private func expect(
            _ reason: String, _ options: [String], environment: [String: String] = [:], saying words: String = "",
            _ location: SourceLocation = #_sourceLocation
        ) async throws {
            let bench = try bench()
            let before = try await bench.snapshot()
            let program = try bench.start(["run"] + options + ["--", "true"], environment: environment)
            let status = try await program.wait(within: .seconds(60))
            let said = program.errorText
            #expect(status == 125, "\(said)", sourceLocation: location)
            #expect(
                said.contains("\(reason): ") && (words.isEmpty || said.contains(words)), "\(said)",
                sourceLocation: location)
            #expect(program.output.isEmpty, sourceLocation: location)
            #expect(try await bench.snapshot() == before, sourceLocation: location)
        }

        @Test(arguments: [
            ["--no-such-option"], ["--accel", "magic"], ["--timeout", "0"], ["--timeout", "soon"],
            ["--timeout", "-1s"], ["--env", "=x"],
            ["--env", "BULKHEAD_IS_NOT_SET"], ["--put", "nocolon"], ["--put", "/etc/passwd:relative"],
            ["--get", "relative:/tmp/x"],
            ["--isolation=magic"], ["--isolation="], ["--isolation=vm,vm"], ["--isolation=vm,vm/disk"],
            ["--isolation=vm/disk,vm/disk"], ["--isolation=vm,process"], ["--isolation=process,vm/disk"],
            ["--isolation=vm/disk,process/time"], ["--isolation=vm,"], ["--isolation=external"],
            ["--isolation=external:relative.sh"], ["--isolation=process,process"],
            ["--isolation=process", "--wall-check-interval", "1s"],
            ["--network", "default", "--wall-check-interval", "1s"], ["--wall-check-interval", "0"],
            ["--isolation=process", "--disk-rate", "1M"], ["--isolation=process", "--network-rate", "1M"],
            ["--isolation", "vm/compute,vm/network", "--disk-iops", "10"],
            ["--workdir", "relative"], ["--connect", "qemu+ssh://elsewhere/system"], ["--connect", "test:///default"],
        ])
        func optionsThatCannotBeMeant(_ options: [String]) async throws { try await expect("badOption", options) }

        @Test(arguments: [
            ["--cpus", "0"], ["--cpus=-1"], ["--cpus", "99999"], ["--cpus", "many"], ["--mem", "0"], ["--mem=-5"],
            ["--mem", "1Q"],
            ["--mem", "1"], ["--mem", "99999999999999999999T"], ["--disk", "0"], ["--disk", "nan"], ["--cpus", ""],
            ["--disk-rate", "0"], ["--disk-rate", "fast"], ["--disk-rate", "1K"], ["--disk-rate=-1M"],
            ["--disk-iops", "0"], ["--disk-iops", "1.5"], ["--disk-iops", "99999999999"],
            ["--network-rate", "0.5K"], ["--network-rate", ""],
        ])
        func amountsThatCannotBeMeant(_ options: [String]) async throws { try await expect("badResource", options) }

        @Test(arguments: [["--cpus", "4096"], ["--mem", "900G"], ["--disk", "900G"]])
        func moreThanTheHostHas(_ options: [String]) async throws {
            try await expect("exceedsHost", options, saying: options[0])
        }

        @Test(arguments: ["-a", "Upper", "a/b", "../x", "a b", String(repeating: "x", count: 49)])
        func names(_ name: String) async throws { try await expect("badName", ["--name=" + name]) }

        @Test func aMissingCommand() async throws {
            let run = try await bench().call("run")
            #expect(run.status == 125 && run.errorText.contains("badOption: COMMAND"))
        }

        @Test(arguments: [["--image", "no-such"], ["--image", "/no/such/disk"], ["--image", "/etc"]])
        func imagesThatAreNotThere(_ options: [String]) async throws { try await expect("imageUnknown", options) }

        @Test func anImageThatIsNotWhatItsManifestSays() async throws {
            let image = try ImageCopy(in: here)
            try image.replaceKernel(with: Array("garbage".utf8), honestly: false)
            try await expect("imageBroken", ["--image", image.path], saying: "vmlinux")
        }

        @Test func hostFilesThatCannotBeReadOrWritten() async throws {
            try await expect("fileUnreadable", ["--put", "/no/such/file:/sandbox/x"])
            try await expect("fileUnwritable", ["--get", "/sandbox/x:/no/such/directory/x"])
            try await expect("fileUnwritable", ["--get", "/sandbox/x:/dev/null"], saying: "/dev/null")
        }

        @Test func accelerationThatTheProcessorLacks() async throws {
            let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(
                whereSeparator: \.isWhitespace)
            if flags.contains("vmx") || flags.contains("svm") { return }
            try await expect("accelerationUnavailable", ["--accel", "kvm"], saying: "vmx")
        }

        @Test(arguments: ["soon", "0", "-1", "99999999"])
        func budgets(_ value: String) async throws {
            try await expect("badOption", [], environment: ["BULKHEAD_BUDGET_LEASE": value], saying: "budget.lease")
        }

        @Test func aConfigurationFileThatIsNotThere() async throws {
            try await expect(
                "badOption", [], environment: ["BULKHEAD_CONFIG": "/no/such/file"], saying: "/no/such/file")
        }

        @Test func aHypervisorThatDoesNotAnswer() async throws {
            let uri = "qemu:///system?socket=\(here.path)/dead"
            try await expect("hypervisorUnreachable", ["--connect", uri], saying: "doctor")
            let listening = try bench().start(["ps", "--connect", uri])
            #expect(try await listening.wait(within: .seconds(30)) == 0, "nothing is listed, so nobody need be asked")
        }

        @Test(arguments: ["/", "/sandbox/.", "/sandbox/.."])
        func guestPathsWithoutAName(_ path: String) async throws {
            try await expect("badOption", ["--get", "\(path):\(here.path)/x"], saying: path)
            guard path != "/" else { return }
            try await expect("badOption", ["--put", "/etc/hostname:\(path)"], saying: path)
        }

        @Test func oneTargetForTwo() async throws {
            let target = here.path + "/x"
            try await expect("badOption", ["--get", "/a:\(target)", "--get", "/b:\(target)/"], saying: target)
        }

        @Test(arguments: [("BULKHEAD_STATE_DIR", "state.dir"), ("BULKHEAD_CACHE_DIR", "cache.dir")])
        func aRelativeDirectory(_ variable: String, _ key: String) async throws {
            try await expect("badOption", [], environment: [variable: "relative"], saying: key)
            #expect(!FileManager.default.fileExists(atPath: "relative"))
        }

        @Test func aStateDirectoryThatCannotBe() async throws {
            let file = try here.file("file", [])
            try await expect("stateUnusable", [], environment: ["BULKHEAD_STATE_DIR": file + "/state"])
        }
    }
}
