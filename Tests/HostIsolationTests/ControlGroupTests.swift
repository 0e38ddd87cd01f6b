import Testing

@testable import HostIsolation

@Suite struct ControlGroupTests {
    @Test func version1HasATreeForEachController() {
        let mounts = """
            30 24 0:25 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            31 30 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
            32 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            33 30 0:28 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices
            34 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            """
        let found = Hierarchies(mountInfo: mounts, membership: "4:memory:/a/b\n3:cpu,cpuacct:/\n0::/c\n").all
        #expect(
            found == [
                .init(isUnified: false, controllers: ["cpu", "cpuacct"], parents: ["/sys/fs/cgroup/cpu,cpuacct"]),
                .init(
                    isUnified: false, controllers: ["memory"],
                    parents: ["/sys/fs/cgroup/memory/a/b", "/sys/fs/cgroup/memory"]),
                .init(
                    isUnified: true, controllers: [], parents: ["/sys/fs/cgroup/unified/c", "/sys/fs/cgroup/unified"]),
            ])
    }

    /// A container sees only its part of the tree, mounted as if it were the whole.
    @Test func aPartOfTheTreeIsFound() {
        let mounts = "31 30 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n"
        let found = Hierarchies(mountInfo: mounts, membership: "0::/docker/1/mine").all
        #expect(found.map(\.parents) == [["/sys/fs/cgroup/mine", "/sys/fs/cgroup"]])
        for strange in ["0::/else", "0::/docker/1/..", "0::/docker/1/../2"] {
            #expect(Hierarchies(mountInfo: mounts, membership: strange).all.map(\.parents) == [["/sys/fs/cgroup"]])
        }
    }

    @Test(arguments: ["", "garbage", "31 30 0:26 / /x rw -", "31 30 - cgroup2 cgroup2 rw"])
    func whatIsNoMountIsNoHierarchy(_ text: String) {
        #expect(Hierarchies(mountInfo: text, membership: text).all.isEmpty)
    }

    @Test(arguments: [(2, 1), (1024, 39), (262_144, 10_000), (0, 1), (1 << 40, 10_000)])
    func sharesBecomeWeight(shares: Int, weight: Int) { #expect(ControlGroup.weight(shares: shares) == weight) }

    @Test func aProcessNameMayBeAnything() throws {
        let rest = "S 7 8 9 0 -1 0 0 0 0 0 11 12 0 0 20 0 1 0 555 1000 33 0"
        let entry = try #require(ProcessTable.Entry(stat: "42 (a) b (c)) \(rest)"))
        #expect(entry.pid == 42 && entry.parent == 7 && entry.group == 8 && entry.session == 9)
        #expect(entry.user == 11 && entry.system == 12 && entry.started == 555 && entry.residentPages == 33)
        #expect(ProcessTable.Entry(stat: "42 (x") == nil)
        #expect(ProcessTable.Entry(stat: "42 (x) S 1") == nil)
    }
}
