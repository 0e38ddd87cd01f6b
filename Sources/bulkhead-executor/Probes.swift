import ExecutorCore
import Glibc

/// The checks that are under way.
struct Probes {
    struct Key: Hashable {
        var task: String
        var kind: CheckKind
    }

    private enum Way {
        case process
        case socket(Connection, isHTTP: Bool)
    }

    private struct Probe {
        var way: Way
        var end: Duration?
    }

    private var running: [Key: Probe] = [:]

    var next: Duration? { running.values.compactMap(\.end).min() }

    var connections: [Connection] {
        running.values.compactMap { if case .socket(let connection, _) = $0.way { connection } else { nil } }
    }

    /// - Returns: a result where there is one at once.
    mutating func start(_ key: Key, _ plan: CheckPlan, _ processes: inout Processes) -> CheckResult? {
        let end = plan.timeout.map { System.now + $0 }
        do {
            switch plan.probe {
            case .command(let command):
                try processes.start(command, for: .check(key.task, key.kind), output: STDERR_FILENO)
                running[key] = Probe(way: .process, end: end)
            case .http(let port, let path, let isIPv6):
                let connection = try Connection(to: Self.endpoint(port, isIPv6))
                connection.send(Request.get(path, port: port, isIPv6: isIPv6))
                running[key] = Probe(way: .socket(connection, isHTTP: true), end: end)
            case .tcp(let port, let isIPv6):
                let connection = try Connection(to: Self.endpoint(port, isIPv6))
                running[key] = Probe(way: .socket(connection, isHTTP: false), end: end)
            }
            return nil
        } catch {
            if case .tcp = plan.probe { return .connected(false) }
            return .failed("\(error)")
        }
    }

    private static func endpoint(_ port: UInt16, _ isIPv6: Bool) -> Endpoint {
        Endpoint(host: isIPv6 ? "::1" : "127.0.0.1", port: port)
    }

    /// What sockets have found, and what has taken too long.
    mutating func takeResults(_ processes: inout Processes) -> [(Key, CheckResult)] {
        var results: [(Key, CheckResult)] = []
        for (key, probe) in running {
            if let result = Self.result(of: probe) {
                results.append((key, result))
            } else if let end = probe.end, end <= System.now {
                processes.drop(.check(key.task, key.kind))
                results.append((key, .failed("took too long")))
            }
        }
        for (key, _) in results { running[key] = nil }
        return results
    }

    private static func result(of probe: Probe) -> CheckResult? {
        guard case .socket(let connection, let isHTTP) = probe.way else { return nil }
        for event in connection.advance() {
            switch event {
            case .connected where !isHTTP: return .connected(true)
            case .answer(.head(let status)): return .answered(status)
            case .closed(let why): return isHTTP ? .failed(why) : .connected(false)
            case .connected, .answer: break
            }
        }
        return nil
    }

    /// A check's command has ended. Nil if nobody waits for it any more.
    mutating func ended(_ key: Key, _ status: ExitStatus) -> CheckResult? {
        guard running.removeValue(forKey: key) != nil else { return nil }
        return status.code.map(CheckResult.exited) ?? .failed(status.message)
    }

    mutating func stop(_ task: String, _ processes: inout Processes) {
        for key in running.keys where key.task == task {
            processes.drop(.check(task, key.kind))
            running[key] = nil
        }
    }
}
