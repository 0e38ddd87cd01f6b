import Glibc
import HostIsolation
import Isolation

/// How a machine's monitor is held, as the kernel tells: what libvirt was asked for is not what counts.
struct MonitorConfinement {
    /// A way in which it is not; each is the name of an exception, `confinement:root`.
    enum Flaw: String, CaseIterable {
        case root
        case capabilities
        case noSeccomp = "no-seccomp"
        case threads
        case unknown

        fileprivate var why: String {
            switch self {
            case .root: "QEMU runs as root"
            case .capabilities: "QEMU has capabilities of root's"
            case .noSeccomp: "QEMU's system calls are not filtered"
            case .threads: "QEMU may start any number of threads"
            case .unknown: "QEMU's process cannot be looked at"
            }
        }

        fileprivate var remedy: String {
            switch self {
            case .root: "take user = \"root\" out of /etc/libvirt/qemu.conf"
            case .capabilities: "take clear_emulator_capabilities = 0 out of /etc/libvirt/qemu.conf"
            case .noSeccomp: "take seccomp_sandbox = 0 out of /etc/libvirt/qemu.conf; is QEMU built with seccomp?"
            case .threads: "see that setpriv and prlimit (util-linux) work for QEMU's user"
            case .unknown: "see that /proc and /run/libvirt/qemu can be read"
            }
        }
    }

    let flaws: [Flaw]

    /// - Parameter limit: that it must have; nil where we may set none.
    init(of pid: pid_t?, within limit: ThreadLimit? = nil) {
        let isWithin = limit.map { limit in pid.map(limit.holds) ?? false } ?? true
        self.init(pid.flatMap { ProcessStatus(of: $0) }, isWithinLimit: isWithin)
    }

    /// - Parameter status: nil where it cannot be read. Whether QEMU filters is decided before its monitor answers.
    init(_ status: ProcessStatus?, isWithinLimit: Bool = true) {
        guard let users = status?["Uid"], let rights = status?["CapEff"]?.first, let filter = status?["Seccomp"]?.first
        else {
            flaws = [.unknown]
            return
        }
        var flaws: [Flaw] = []
        if users.contains("0") { flaws.append(.root) }
        if rights.contains(where: { $0 != "0" }) { flaws.append(.capabilities) }
        // 2: by a filter of its own.
        if filter != "2" { flaws.append(.noSeccomp) }
        if !isWithinLimit { flaws.append(.threads) }
        self.flaws = flaws
    }

    /// - Throws: ``BulkheadError`` with `monitorUnconfined`, for the first flaw that the operator has not allowed.
    func check(_ name: String, policy: LintPolicy) throws(BulkheadError) {
        guard let flaw = flaws.first(where: { !policy.allows(.confinement, $0.rawValue) }) else { return }
        throw BulkheadError(
            .monitorUnconfined, "domain \(name)", flaw.why,
            remedy: "\(flaw.remedy), or allow it: BULKHEAD_TEMPLATE_ALLOW=confinement:\(flaw.rawValue)")
    }
}
