import Foundation
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

/// Version 2 as libvirt lays it out, in plain files: the kernel of a test machine may have version 1 alone.
@Suite struct MemoryWatchTests {
    private let directory = TemporaryDirectory()

    private func write(_ text: String, _ path: String) throws {
        let file = URL(filePath: directory.path + "/" + path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    @Test func aMonitorsKillIsCountedWhereItsLimitIs() async throws {
        let machine = "machine.slice/machine-qemu-1.scope"
        for (group, limit, kills) in [("machine.slice", "max", 5), (machine, "1000000", 2)] {
            try write("cpu memory\n", group + "/cgroup.controllers")
            try write(limit + "\n", group + "/memory.max")
            try write("oom 0\noom_kill \(kills)\n", group + "/memory.events")
        }
        try write("cpu\n", machine + "/libvirt/emulator/cgroup.controllers")
        let hierarchies = Hierarchies(
            mountInfo: "31 30 0:26 / \(directory.path) rw - cgroup2 cgroup rw",
            membership: "0::/\(machine)/libvirt/emulator\n")
        let watch = try #require(MemoryWatch(hierarchies))
        let late = BulkheadError(.isolatorHangs, "test", "it waits", remedy: "")
        let killed = Task { try await within(.seconds(30), otherwise: { late }) { try await watch.killed() } }
        try write("oom 0\noom_kill 6\n", "machine.slice/memory.events")
        await #expect(throws: BulkheadError.self, "another machine's is none of ours") {
            try await within(.milliseconds(500), otherwise: { late }) { try await watch.killed() }
        }
        try write("oom 1\noom_kill 3\n", machine + "/memory.events")
        #expect(try await killed.value == 1)
    }

    @Test func withoutALimitNothingIsWatched() throws {
        try write("cpu\n", "plain/cgroup.controllers")
        let mount = "31 30 0:26 / \(directory.path) rw - cgroup2 cgroup rw"
        #expect(MemoryWatch(Hierarchies(mountInfo: mount, membership: "0::/plain\n")) == nil)
    }
}
