import HostIsolation
import VMIsolation

/// Looks at a guest's QEMU as the host's kernel tells of it: whoever breaks out of the guest is there, and what that
/// process may not do he cannot do either.
struct MachineTest {
    let place: GuestPlace

    func run() -> [Finding] {
        guard let monitor = place.monitor, let status = ProcessStatus(of: monitor) else {
            return Self.judge(nil, to: "QEMU")
        }
        return Self.judge(status, to: "QEMU, process \(monitor)")
    }

    /// - Parameter status: nil where it cannot be read.
    static func judge(_ status: ProcessStatus?, to: String) -> [Finding] {
        checks.map { check in
            guard let words = status?[check.key] else {
                return Finding(check.id, .machine, check.tried, to: to, .notTried, "its state cannot be read")
            }
            return Finding(
                check.id, .machine, check.tried, to: to, check.holds(words) ? .held : .breach,
                "\(check.key): \(words.joined(separator: " "))")
        }
    }

    private struct Check {
        var id: String
        var tried: String
        /// In `/proc/PID/status`.
        var key: String
        var holds: @Sendable ([Substring]) -> Bool
    }

    private static let checks: [Check] = [
        Check(id: "monitor-user", tried: "be root where QEMU is", key: "Uid") {
            !$0.contains("0")
        },
        Check(id: "monitor-group", tried: "be in root's group where QEMU is", key: "Gid") {
            !$0.contains("0")
        },
        Check(id: "monitor-capabilities", tried: "use root's rights where QEMU is", key: "CapEff") {
            $0.joined().allSatisfy { $0 == "0" }
        },
        Check(id: "monitor-seccomp", tried: "make any system call where QEMU is", key: "Seccomp") { $0 == ["2"] },
    ]
}
