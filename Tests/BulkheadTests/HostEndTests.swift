import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// A guest that ends by the host's doing, or for want of what the host has.
    @Suite(.bench) struct HostEndTests {
        /// The control group that counts a process's memory.
        private func memoryGroup(_ process: Int32) throws -> String {
            let lines = try String(contentsOfFile: "/proc/\(process)/cgroup", encoding: .utf8).split(separator: "\n")
            for line in lines {
                let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { continue }
                if parts[1].split(separator: ",").contains("memory") { return "/sys/fs/cgroup/memory\(parts[2])" }
                if parts[0] == "0", FileManager.default.fileExists(atPath: "/sys/fs/cgroup\(parts[2])/memory.max") {
                    return "/sys/fs/cgroup\(parts[2])"
                }
            }
            throw WaitFailure(what: "a memory controller: \(lines)")
        }

        private func used(_ group: String) throws -> Int {
            let names = ["memory.usage_in_bytes", "memory.current"].map { group + "/" + $0 }
            let file = try #require(names.first { FileManager.default.fileExists(atPath: $0) }, "\(group)")
            let text = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            return try #require(Int(text))
        }

        @Test func aMonitorAtItsMemoryLimitIsOutOfMemory() async throws {
            let bench = try bench()
            // Only what is in memory alone cannot be written back.
            let script =
                "mkdir -p /mnt; mount -t tmpfs none /mnt; echo on; read line; dd if=/dev/zero of=/mnt/x bs=1M count=300; echo no"
            let launched = try bench.launch(["--mem", "512"], shell: script, input: .pipe)
            try await launched.program.awaitOutput("on")
            let process = try #require(Bench.monitors(of: launched.name).first)
            let limit = (try used(memoryGroup(process)) >> 10) + (32 << 10)
            let lowered = try await bench.virsh("memtune", launched.domain, "--live", "--hard-limit", "\(limit)")
            #expect(lowered.status == 0, "\(lowered)")
            try launched.program.send(Array("go\n".utf8))
            let run = try await bench.finish(launched)
            let report = try run.report
            #expect(run.status == 137 && report.outcome == "outOfMemory" && run.lines == ["on"], "\(run)")
            #expect(report.evidence.contains { $0.hasPrefix("control group: ") }, "\(report.evidence)")
        }

        @Test func aFullHostDiskIsTheHostsFailure() async throws {
            let bench = try bench()
            let directory = TemporaryDirectory()
            let state = directory.path + "/state"
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
            // Not as QEMU's user would have it: everybody walks through.
            for path in [directory.path, state] { try #require(chmod(path, 0o711) == 0) }
            try #require(
                mount("tmpfs", state, "tmpfs", 0, "size=96m,mode=0711") == 0, "\(String(cString: strerror(errno)))")
            defer { umount2(state, Int32(MNT_DETACH)) }
            let elsewhere = ["BULKHEAD_STATE_DIR": state]
            let launched = try bench.launch(
                ["--disk", "64"], shell: "echo on; read line; dd if=/dev/urandom of=x bs=1M count=48; sync; echo no",
                input: .pipe, environment: elsewhere)
            try await launched.program.awaitOutput("on")
            try fill(state + "/filler")
            try launched.program.send(Array("go\n".utf8))
            let status = try await launched.program.wait(within: .seconds(120))
            try? FileManager.default.removeItem(atPath: state + "/filler")
            let run = Finished(status: status, output: launched.program.output, errors: launched.program.errors)
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "hostFailed" && report.error?.name == "diskFull", "\(run)")
            #expect(report.error?.detail.contains("I/O error event") == true)
            #expect(try await bench.leftovers(of: launched.name).isEmpty)
            let swept = try await bench.call("sweep", "--network", "--json", environment: elsewhere)
            #expect(swept.status == 0, "\(swept)")
            #expect(!FileManager.default.fileExists(atPath: "\(state)/containers/\(launched.name)"))
        }

        /// All but a few MiB of a disk.
        private func fill(_ path: String) throws {
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            try #require(file >= 0)
            defer { close(file) }
            let chunk = [UInt8](repeating: 1, count: 1 << 16)
            while write(file, chunk, chunk.count) == chunk.count {}
            var status = stat()
            try #require(fstat(file, &status) == 0 && ftruncate(file, max(0, status.st_size - (4 << 20))) == 0)
        }
    }
}
