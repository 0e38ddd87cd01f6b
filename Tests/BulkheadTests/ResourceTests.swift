import Foundation
import TestSupport
import Testing

extension HostTests {
    @Suite(.bench) struct ResourceTests {
        private func values(_ text: String) -> [String: String] {
            let pairs = text.split(separator: "\n").compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }
            return Dictionary(pairs) { $1 }
        }

        @Test func theGuestAndItsLimitsAreAsAskedFor() async throws {
            let bench = try bench()
            let script = "nproc; grep MemTotal /proc/meminfo; df -k /sandbox | tail -n 1; echo ready; read line"
            let launched = try bench.launch(
                ["--cpus", "1.5", "--mem", "300M", "--disk", "200"], shell: script, input: .pipe)
            try await launched.program.awaitOutput("ready")
            let scheduler = values(try await bench.virsh("schedinfo", launched.domain).text)
            #expect(scheduler["cpu_shares"] == "1536", "\(scheduler)")
            let (period, quota) = (
                scheduler["vcpu_period"].flatMap { Int($0) }, scheduler["vcpu_quota"].flatMap { Int($0) }
            )
            #expect(
                2 * (quota ?? 0) * 1000 == 1500 * (period ?? 1), "two processors share one and a half: \(scheduler)")
            let memory = values(try await bench.virsh("memtune", launched.domain).text)
            try launched.program.closeInput()
            let run = try await bench.finish(launched)
            let report = try run.report
            let limit = try #require(report.memoryLimitMiB)
            let kept = try #require(memory["hard_limit"].flatMap { Int($0) }, "\(memory)")
            #expect(limit * 1024..<(limit + 1) * 1024 ~= kept)
            #expect(limit > 300 && report.memoryMiB == 300)

            #expect(run.lines.first == "2")
            let total = try #require(
                run.lines.first { $0.hasPrefix("MemTotal") }?.split(separator: " ").dropFirst().first.flatMap {
                    Int($0)
                })
            #expect(240 << 10...300 << 10 ~= total, "\(total) KiB of memory")
            let disk = try #require(run.lines.dropLast().last).split(separator: " ")
            let size = try #require(disk.dropFirst().first.flatMap { Int($0) })
            #expect(disk.first?.hasPrefix("/dev/vd") == true && 170 << 10...200 << 10 ~= size, "\(disk)")
        }

        @Test func aFullScratchDiskIsTheTasksOwnAffair() async throws {
            let run = try await bench().run(
                ["--disk", "16"], shell: "dd if=/dev/zero of=x bs=1M count=64 2>&1 | grep -o 'No space left'; echo on")
            #expect(run.status == 0 && run.lines == ["No space left", "on"], "\(run)")
        }

        @Test func aCommandThatEndsForAFullDiskIsToldSo() async throws {
            let run = try await bench().run(
                ["--disk", "16"], shell: "dd if=/dev/zero of=x bs=1M count=64 2>/dev/null || exit 9")
            let report = try run.report
            #expect(run.status == 9 && report.outcome == "outOfDisk", "\(run)")
            #expect(report.evidence == ["file result: status 9", "file result: no space left in /sandbox"])
        }
    }
}
