import Glibc
import Isolation

extension ControlGroup {
    /// What the kernel has counted; the fields that this host's controllers do not tell stay empty.
    func statistics() -> MachineStatistics {
        var statistics = MachineStatistics()
        processor(&statistics)
        if let directory = directory(of: "memory") {
            let file = directory.isUnified ? "memory.current" : "memory.usage_in_bytes"
            let resident = number(directory.isUnified ? "anon" : "rss", in: directory.path + "/memory.stat")
            statistics.resident = (resident ?? number(in: "\(directory.path)/\(file)")).map { Memory(bytes: $0) }
        }
        return statistics
    }

    private func processor(_ statistics: inout MachineStatistics) {
        if let directory = directories.first(where: \.isUnified),
            directory.controllers.contains("cpu") || directories.count == 1
        {
            let file = directory.path + "/cpu.stat"
            statistics.cpuTime = number("usage_usec", in: file).map { $0 * 1000 }
            statistics.cpuUser = number("user_usec", in: file).map { $0 * 1000 }
            statistics.cpuSystem = number("system_usec", in: file).map { $0 * 1000 }
        } else if let directory = directory(of: "cpuacct") {
            statistics.cpuTime = number(in: directory.path + "/cpuacct.usage")
            let tick = 1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))
            statistics.cpuUser = number("user", in: directory.path + "/cpuacct.stat").map { $0 * tick }
            statistics.cpuSystem = number("system", in: directory.path + "/cpuacct.stat").map { $0 * tick }
        }
    }

    /// Periods, throttled periods and the nanoseconds lost in them.
    func throttling() -> (periods: UInt64, throttled: UInt64, time: UInt64)? {
        guard let directory = directory(of: "cpu"),
            let periods = number("nr_periods", in: directory.path + "/cpu.stat"),
            let throttled = number("nr_throttled", in: directory.path + "/cpu.stat")
        else { return nil }
        let time =
            directory.isUnified
            ? number("throttled_usec", in: directory.path + "/cpu.stat").map { $0 * 1000 }
            : number("throttled_time", in: directory.path + "/cpu.stat")
        return (periods, throttled, time ?? 0)
    }

    /// Memory of all kinds, page cache included.
    var memoryTotal: UInt64? {
        guard let directory = directory(of: "memory") else { return nil }
        return number(in: "\(directory.path)/\(directory.isUnified ? "memory.current" : "memory.usage_in_bytes")")
    }
}
