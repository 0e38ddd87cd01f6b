import Foundation
import Glibc
import HostIsolation
import Isolation
import VMIsolation

/// Tries what belongs to another machine with the rights of a guest's QEMU: whoever breaks out of the guest has those. Its
/// filter of system calls is left out; it would refuse more.
struct MonitorReach: Sendable {
    /// Whose rights.
    struct User: Hashable, Sendable {
        var user: UInt32
        var group: UInt32

        static let root = User(user: 0, group: 0)

        init(user: UInt32, group: UInt32) { (self.user, self.group) = (user, group) }

        /// Of a process; nil where that cannot be read.
        init?(of process: Int32?) {
            let status = process.flatMap { ProcessStatus(of: $0) }
            guard let user = status?["Uid"]?.first.flatMap({ UInt32($0) }),
                let group = status?["Gid"]?.first.flatMap({ UInt32($0) })
            else { return nil }
            self.init(user: user, group: group)
        }
    }

    enum Way: String, Sendable { case read = "r", write = "w", connect = "c", signal = "k" }

    struct Probe: Sendable {
        var id: String
        var tried: String
        var way: Way
        /// Or a process.
        var target: String
        /// It need not be there.
        var mayBeMissing = false

        init(_ id: String, _ tried: String, _ way: Way, _ target: String, mayBeMissing: Bool = false) {
            (self.id, self.tried, self.way, self.target) = (id, tried, way, target)
            self.mayBeMissing = mayBeMissing
        }
    }

    let attacker: Guest
    let neighbour: Guest
    let state: StateDirectory
    /// The canary's, which runs on the host here.
    let program: String

    /// - Throws: ``BulkheadError`` with `toolFailed`.
    func run() async throws -> [Finding] {
        let probes = probes()
        guard geteuid() == 0, let user = User(of: attacker.place.monitor), let other = User(of: neighbour.place.monitor)
        else { return probes.map { Self.notTried($0, "only root may act as QEMU's user") } }
        guard user.user != other.user else {
            let why = "both run as user \(user.user): bulkhead doctor says what would keep them apart"
            return probes.map { Self.notTried($0, why) }
        }
        let results = try await Self.attempt(probes, as: user, program)
        let byRoot = try await Self.attempt(probes, as: .root, program)
        let own = state.container(attacker.canary.id)
        let ownFiles = [
            Probe("", "", .write, Self.file("scratch", in: own)), Probe("", "", .read, Self.file("seed", in: own)),
        ]
        let ownResults = try await Self.attempt(ownFiles, as: user, program)
        let isThere = zip(probes, byRoot).allSatisfy { $1 == 0 || $0.mayBeMissing && $1 == ENOENT }
        return [
            Finding(
                control: "control-monitor", "root opens, connects to and signals what QEMU's user must not",
                to: "the other machine", works: isThere, "it can"),
            Finding(
                control: "control-monitor-own", "QEMU's user opens the disk and the seed of its own machine", to: own,
                works: ownResults.allSatisfy { $0 == 0 }, "it can"),
        ] + probes.indices.map { Self.judge(probes[$0], results[$0], byRoot: byRoot[$0]) }
    }

    /// - Parameters:
    ///   - result: 0 or an errno.
    ///   - byRoot: the same, of the same by root.
    static func judge(_ probe: Probe, _ result: Int32, byRoot: Int32) -> Finding {
        let why = String(cString: strerror(result))
        let (verdict, evidence): (Finding.Verdict, String) =
            switch result {
            case 0: (.breach, "it can")
            case _ where byRoot == ENOENT && probe.mayBeMissing: (.held, "there is none")
            case EACCES, EPERM: (.held, why)
            default: (.notTried, why)
            }
        return Finding(probe.id, .machine, probe.tried, to: probe.target, verdict, evidence)
    }

    private static func notTried(_ probe: Probe, _ why: String) -> Finding {
        Finding(probe.id, .machine, probe.tried, to: probe.target, .notTried, why)
    }

    /// - Returns: 0 or an errno for each.
    static func attempt(_ probes: [Probe], as user: User, _ program: String) async throws -> [Int32] {
        let lines = probes.map { "\($0.way.rawValue) \($0.target)\n" }.joined()
        let place = URL(fileURLWithPath: program)
        let tool = HostTool(
            place.lastPathComponent, of: "bin/build-canary's program", in: place.deletingLastPathComponent().path)
        let end = try await tool.run(["reach", "\(user.user)", "\(user.group)"], input: lines)
        let numbers = end.output.split(separator: "\n").compactMap { Int32($0) }
        guard end.isFine, numbers.count == probes.count else {
            throw BulkheadError(
                .toolFailed, "\(program) reach", "\(end.words): \(end.errors)",
                remedy: "make it anew with bin/build-canary")
        }
        return numbers
    }
}
