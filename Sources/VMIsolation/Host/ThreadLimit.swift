import Glibc
import HostIsolation
import Isolation

/// How many threads a machine's monitor may have. Its filter keeps it from starting processes, not threads; these count
/// for its user (RLIMIT_NPROC), on hosts with control groups of either version and with none.
struct ThreadLimit: Hashable {
    let most: UInt64

    /// Beside virtual processors: QEMU's few own, and up to 64 that read and write its disks.
    private static let beside: UInt64 = 256
    /// Where all machines have one user all their threads count, so that one bounds what is taken from the host alone.
    private static let ofAll: UInt64 = 16384

    init(_ plan: DomainPlan) {
        let isAlone = plan.monitorUser.flatMap { MonitorOwner(label: $0) }?.isAlone ?? false
        most = isAlone ? Self.beside + UInt64(plan.cpu.virtualCPUs) : Self.ofAll
    }

    /// Whether this process may set it: by CAP_SYS_RESOURCE, or as the monitor's user (CAP_SETUID, CAP_SETGID).
    static var isAllowed: Bool {
        guard let own = ProcessStatus(of: getpid()) else { return false }
        return own.has(.sysResource, in: "CapEff")
            || own.has(.setUser, in: "CapEff") && own.has(.setGroup, in: "CapEff")
    }

    /// Whether it came about is for ``holds(_:)`` to say. One that is lower already stays.
    func set(on pid: pid_t) async throws {
        guard !holds(pid), !ProcessLimits.set(mostProcesses: most, of: pid), let status = ProcessStatus(of: pid),
            let user = status["Uid"]?.first, let group = status["Gid"]?.first
        else { return }
        let asIt = ["--reuid=\(user)", "--regid=\(group)", "--clear-groups"]
        let limiting = [try HostTool.find("prlimit"), "--pid=\(pid)", "--nproc=\(most):\(most)"]
        _ = try await HostTool("setpriv", of: "util-linux").run(asIt + limiting)
    }

    /// What the kernel says.
    func holds(_ pid: pid_t) -> Bool {
        ProcessLimits(of: pid)?.mostProcesses.map { $0 <= most } ?? false
    }
}
