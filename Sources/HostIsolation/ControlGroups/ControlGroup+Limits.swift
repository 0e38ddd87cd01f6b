import Isolation

extension ControlGroup {
    /// Sets processor weight and quota.
    ///
    /// - Returns: why it could not, if so.
    func limit(_ cpu: CPUAllocation) -> String? {
        guard let directory = directory(of: "cpu") else { return "no cpu controller can be used here: not limited" }
        let quota = cpu.quota * cpu.virtualCPUs
        let values: [(String, String)] =
            directory.isUnified
            ? [("cpu.weight", "\(ControlGroup.weight(shares: cpu.shares))"), ("cpu.max", "\(quota) \(cpu.period)")]
            : [
                ("cpu.shares", "\(cpu.shares)"), ("cpu.cfs_period_us", "\(cpu.period)"),
                ("cpu.cfs_quota_us", "\(quota)"),
            ]
        return set(values, in: directory)
    }

    /// Sets the hard limit of memory; the kernel kills a process of the group where it cannot be kept.
    func limit(_ memory: Memory) -> String? {
        guard let directory = directory(of: "memory") else {
            return "no memory controller can be used here: not limited"
        }
        return set([(directory.isUnified ? "memory.max" : "memory.limit_in_bytes", "\(memory.bytes)")], in: directory)
    }

    /// Version 2's weight for version 1's shares, as the OCI runtimes convert them.
    static func weight(shares: Int) -> Int { 1 + (min(max(shares, 2), 262_144) - 2) * 9999 / 262_142 }

    private func set(_ values: [(String, String)], in directory: Directory) -> String? {
        for (name, value) in values {
            do { try ControlGroup.write(value, to: "\(directory.path)/\(name)") } catch {
                return "\(name) cannot be set to \(value): \(error)"
            }
        }
        return nil
    }

    /// How many processes the kernel has killed here for want of memory.
    var killedForMemory: Int {
        guard let directory = directory(of: "memory") else { return 0 }
        let file = directory.isUnified ? "memory.events" : "memory.oom_control"
        return Int(number("oom_kill", in: "\(directory.path)/\(file)") ?? 0)
    }

    /// The value beside a key in a file of `key value` lines.
    func number(_ key: String, in path: String) -> UInt64? {
        for line in (textFile(path) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == key { return UInt64(words[1]) }
        }
        return nil
    }

    func number(in path: String) -> UInt64? { textFile(path).flatMap { UInt64($0.filter { !$0.isWhitespace }) } }
}
