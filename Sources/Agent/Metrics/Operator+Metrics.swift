import Glibc
import Isolation
import Mesos

extension Operator {
    /// Mesos' names and their values; what cannot be told is missing.
    func metricValues() async -> [(name: String, value: Double)] {
        let (alive, counts) = (await executors.counts(), metrics.current)
        var values: [(name: String, value: Double)] = [
            ("slave/uptime_secs", metrics.uptime), ("slave/registered", alive.isRegistered ? 1 : 0),
            ("slave/updates_unacknowledged", Double(alive.updatesWaiting)),
            ("slave/frameworks_active", Double(alive.frameworks)),
            ("slave/executors_running", Double(alive.executors)),
            ("slave/container_launch_errors", Double(counts.launchErrors)),
            ("slave/recovery_errors", Double(counts.recoveryErrors)),
            ("gc/path_removals_succeeded", Double(counts.sandboxesRemoved)),
            ("gc/path_removals_failed", Double(counts.sandboxesLeft)),
            ("gc/path_removals_pending", Double(counts.sandboxesWaiting)),
            ("health/healthy", health.complaint == nil ? 1 : 0),
            ("health/launch_failures_in_a_row", Double(health.failures)),
        ]
        if let time = counts.recoveryTime { values.append(("slave/recovery_time_secs", time)) }
        let running = await containerizer.list().filter { !$0.life.state.isEnded }
        values.append(("containerizer/mesos/containers", Double(running.count)))
        for (name, state) in Self.gauges { values.append(("slave/tasks_\(name)", Double(alive.tasks[state] ?? 0))) }
        values += resources(running) + Self.host()
        return values.sorted { $0.name < $1.name }
    }

    private static let gauges: [(String, Mesos_V1_TaskState)] = [
        ("staging", .taskStaging), ("starting", .taskStarting), ("running", .taskRunning), ("killing", .taskKilling),
    ]

    private func resources(_ running: [ContainerRecord]) -> [(name: String, value: Double)] {
        let used = [
            "cpus": running.reduce(0) { $0 + Double($1.resources.cpus.thousandths) / 1000 },
            "mem": running.reduce(0) { $0 + Double($1.resources.memory.bytes) / 1_048_576 },
            "disk": running.reduce(0) { $0 + Double($1.resources.disk.bytes) / 1_048_576 },
        ]
        return used.flatMap { name, value in
            let total = description.info.resources.reduce(0) { $1.name == name ? $0 + $1.scalar.value : $0 }
            return [
                ("slave/\(name)_total", total), ("slave/\(name)_used", value),
                ("slave/\(name)_percent", total > 0 ? value / total : 0),
            ]
        }
    }

    private static func host() -> [(name: String, value: Double)] {
        var values: [(name: String, value: Double)] = [
            ("system/cpus_total", Double(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        ]
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        values.append(("system/mem_total_bytes", Double(sysconf(Int32(_SC_PHYS_PAGES))) * page))
        values.append(("system/mem_free_bytes", Double(sysconf(Int32(_SC_AVPHYS_PAGES))) * page))
        var loads = [0.0, 0.0, 0.0]
        if getloadavg(&loads, 3) == 3 {
            for (minutes, load) in zip([1, 5, 15], loads) { values.append(("system/load_\(minutes)min", load)) }
        }
        return values
    }

    /// The same in Prometheus' text format, and how long the stages of launches took.
    func prometheusText() async -> [UInt8] {
        var text = ""
        for (name, value) in await metricValues() {
            let plain = "bulkhead_" + String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
            text += "# TYPE \(plain) gauge\n\(plain) \(value)\n"
        }
        let stages = metrics.current.stages.sorted { $0.key < $1.key }
        let name = "bulkhead_launch_stage_seconds"
        if !stages.isEmpty { text += "# TYPE \(name) histogram\n" }
        for (stage, histogram) in stages {
            let label = "stage=\"\(stage.rawValue)\""
            for (end, count) in zip(AgentMetrics.buckets, histogram.counts) {
                text += "\(name)_bucket{\(label),le=\"\(end)\"} \(count)\n"
            }
            text += "\(name)_bucket{\(label),le=\"+Inf\"} \(histogram.count)\n"
            text += "\(name)_sum{\(label)} \(histogram.sum)\n\(name)_count{\(label)} \(histogram.count)\n"
        }
        return Array(text.utf8)
    }
}
