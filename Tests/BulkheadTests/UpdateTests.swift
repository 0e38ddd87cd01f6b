import Foundation
import Libvirt
import TestSupport
import Testing

@testable import Isolation
@testable import VMIsolation

extension HostTests {
    /// A running guest gets more and less; what it is told is what libvirt and the guest show.
    @Suite(.bench) struct UpdateTests {
        private func schedule(_ id: ContainerID) async throws -> [String: String] {
            Bench.values(try await bench().virsh("schedinfo", "bulkhead-\(id)").text)
        }

        private func refusal(_ answer: UpdateAnswer) -> BulkheadError? {
            if case .refused(let error) = answer { error } else { nil }
        }

        private func resources(_ cpus: Int, _ memory: UInt64) -> Resources {
            Resources(cpus: CPUs(thousandths: cpus), memory: .mebibytes(memory), disk: .mebibytes(64))
        }

        @Test func processorsFollowAtOnce() async throws {
            let bench = try bench()
            let containerizer = try bench.containerizer(in: try bench.engine())
            let config = try Bench.config("echo on; sleep 600", cpus: 2000, memory: 128)
            try await bench.withContainer(config, in: containerizer) {
                // Half a processor for each of the two that the guest keeps, then all of it again.
                for (cpus, quota) in [(1000, 50_000), (500, 25_000), (2000, 100_000)] {
                    let answer = try await containerizer.update(config.id, to: resources(cpus, 128))
                    #expect(answer == .applied, "\(answer)")
                    let now = try await schedule(config.id)
                    #expect(now["vcpu_quota"] == "\(quota)" && now["vcpu_period"] == "100000", "\(now)")
                    #expect(now["cpu_shares"] == "\(cpus * 1024 / 1000)", "\(now)")
                }
                #expect(try await containerizer.usage(of: config.id).cpusLimit == 2)
            }
        }

        @Test func memoryFollowsTheBalloonAndRefusalsHaveNames() async throws {
            let bench = try bench()
            let containerizer = try bench.containerizer(in: try bench.engine())
            // What is in memory alone is used; a page cache would not be.
            let script =
                "mkdir -p /mnt; mount -t tmpfs none /mnt; dd if=/dev/zero of=/mnt/x bs=1M count=140; echo on; sleep 600"
            let config = try Bench.config(script, memory: 320)
            try await bench.withContainer(config, in: containerizer) {
                try await bench.awaitOutput("on\n", of: config.id)
                let first = try await containerizer.update(config.id, to: resources(1000, 288))
                guard case .pending(let why) = first else { throw WaitFailure(what: "a pending answer, not \(first)") }
                #expect(why.contains("is to have 288 MiB"), "\(why)")
                try await awaitMemory(288, config.id)
                // QEMU tells of its balloon once a second at most, and libvirt's statistics have it from there.
                try await eventually("an answer that it is applied", within: .seconds(60)) {
                    try await containerizer.update(config.id, to: resources(1000, 288)) == .applied ? true : nil
                }
                #expect(try await containerizer.usage(of: config.id).memoryLimitBytes == 288 << 20)

                let larger = refusal(try await containerizer.update(config.id, to: resources(1000, 352)))
                #expect(
                    larger?.reason == .badResource && larger?.detail.contains("320 MiB") == true,
                    "\(String(describing: larger))")
                let wider = refusal(try await containerizer.update(config.id, to: resources(2000, 288)))
                #expect(wider?.reason == .badResource && wider?.subject == "cpus 2", "\(String(describing: wider))")
                try await eventually("a guest that tells its use", within: .seconds(60)) {
                    (try await containerizer.usage(of: config.id).memoryGuestUsedBytes ?? 0) > 140 << 20 ? true : nil
                }
                let smaller = refusal(try await containerizer.update(config.id, to: resources(1000, 128)))
                #expect(
                    smaller?.reason == .badResource && smaller?.detail.contains("uses") == true,
                    "\(String(describing: smaller))")
                // A refusal has changed nothing.
                #expect(try await memory(config.id) == 288 << 10)
                #expect(try await schedule(config.id)["vcpu_quota"] == "100000")

                _ = try await containerizer.update(config.id, to: resources(1000, 320))
                try await awaitMemory(320, config.id)
            }
        }

        private func memory(_ id: ContainerID) async throws -> Int? {
            let stats = try await bench().virsh("dommemstat", "bulkhead-\(id)").text
            return Bench.values(stats, separator: " ")["actual"].flatMap { Int($0) }
        }

        private func awaitMemory(_ mebibytes: Int, _ id: ContainerID) async throws {
            try await eventually("a balloon of \(mebibytes) MiB", within: .seconds(60)) {
                try await memory(id) == mebibytes << 10 ? true : nil
            }
        }

        @Test func usageOfSeveralGuestsIsBelievable() async throws {
            let bench = try bench()
            let containerizer = try bench.containerizer(in: try bench.engine())
            let busy = try Bench.config(
                "dd if=/dev/urandom of=/sandbox/x bs=1M count=8; sync; echo on; while :; do :; done", memory: 128)
            let idle = try Bench.config("echo on; sleep 600", memory: 160)
            try await bench.withContainer(busy, in: containerizer) {
                try await bench.withContainer(idle, in: containerizer) {
                    for id in [busy.id, idle.id] { try await bench.awaitOutput("on\n", of: id) }
                    let before = try await containerizer.usage()
                    try await eventually("two more seconds of work", within: .seconds(60)) {
                        let now = try await containerizer.usage()
                        return try seconds(now, busy.id) - seconds(before, busy.id) > 2 ? true : nil
                    }
                    let after = try await containerizer.usage()
                    try expectGrowth(before, after, busy: busy.id, idle: idle.id)
                    let first = try #require(after[busy.id])
                    let second = try #require(after[idle.id])
                    #expect(first.memoryTotalBytes == 128 << 20 && second.memoryTotalBytes == 160 << 20)
                    for (usage, size) in [(first, 128), (second, 160)] {
                        // The machine monitor is resident, too; the guest need not have touched all of its memory.
                        #expect(40 << 20...1400 << 20 ~= usage.memoryResidentBytes ?? 0, "\(usage)")
                        #expect(1 << 20...UInt64(size) << 20 ~= usage.memoryGuestUsedBytes ?? 0, "\(usage)")
                        #expect(usage.diskLimitBytes == 64 << 20 && usage.cpusLimit == 1)
                    }
                    let (used, unused) = (first.diskUsedBytes ?? 0, second.diskUsedBytes ?? 0)
                    #expect(used >= 8 << 20 && used <= 64 << 20 && unused < used, "\(used) and \(unused) bytes")
                }
            }
        }

        private func seconds(_ usage: [ContainerID: ResourceUsage], _ id: ContainerID) throws -> Double {
            let one = try #require(usage[id])
            return try #require(one.cpusUserSeconds) + #require(one.cpusSystemSeconds)
        }

        private func expectGrowth(
            _ before: [ContainerID: ResourceUsage], _ after: [ContainerID: ResourceUsage], busy: ContainerID,
            idle: ContainerID
        ) throws {
            let time = try #require(after[busy]?.timestamp) - #require(before[busy]?.timestamp)
            let (worked, rested) = (
                try seconds(after, busy) - seconds(before, busy), try seconds(after, idle) - seconds(before, idle)
            )
            #expect(worked > rested && rested >= 0, "\(worked) s and \(rested) s")
            // One processor of the guest's, and the machine monitor's own.
            #expect(worked < time * 2 + 1, "\(worked) s in \(time) s")
            for (id, usage) in after {
                let (received, sent) = (try #require(usage.received), try #require(usage.sent))
                #expect(received.bytes > 1000 && sent.bytes > 1000 && received.packets > 5 && sent.packets > 5, "\(id)")
                #expect(received.bytes >= before[id]?.received?.bytes ?? 0)
            }
        }
    }
}
