import Foundation
import Glibc
import Isolation

/// How QEMU would be held on this host, as far as can be said before one runs; each launch looks again.
struct MonitorChecks {
    /// What libvirt says of the host, XML.
    let capabilities: String
    var configuration = "/etc/libvirt/qemu.conf"
    let acceleration: DomainPlan.Acceleration
    var reach = MonitorOwner.Reach()

    var all: [Check] { [driver(), filter(), user()] }

    private func driver() -> Check {
        let models = Set(capabilities.matches(of: /<secmodel>\s*<model>(\w+)<\/model>/).map { String($0.output.1) })
        let found = models.subtracting(["dac", "none"]).sorted()
        if !found.isEmpty { return .ok("security driver", found.joined(separator: ", ")) }
        return .warning(
            "security driver", "none: a QEMU that its guest took over is held by its user and its filter alone",
            fix: "on a host with AppArmor or SELinux, see security_driver in \(configuration)")
    }

    private func filter() -> Check {
        let text = FileManager.default.contents(atPath: configuration).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let isOff = text.split(separator: "\n").contains {
            $0.wholeMatch(of: /\s*seccomp_sandbox\s*=\s*0\s*(#.*)?/) != nil
        }
        if isOff {
            return .failure(
                "monitor's filter", "\(configuration) has seccomp_sandbox = 0: launches are refused",
                fix: "take it out, and restart libvirt")
        }
        return .ok("monitor's filter", "system calls are filtered (seccomp), which each launch checks")
    }

    private func user() -> Check {
        let name = "machines' users"
        guard let owner = MonitorOwner(capabilities: capabilities, acceleration) else {
            return .warning(
                name, "libvirt names no user for QEMU", fix: "see dynamic_ownership, user in \(configuration)")
        }
        guard let obstacle = owner.obstacle(acceleration, reach) else {
            return .ok(name, "each machine's QEMU has its own")
        }
        if owner.user == 0 {
            return .failure(
                name, "libvirt starts QEMU as root: launches are refused", fix: "take user out of \(configuration)")
        }
        return .warning(
            name, "all machines' QEMU is uid \(owner.user): one of its own could not work: \(obstacle)",
            fix: "as it says; until then AppArmor or SELinux alone keep a QEMU from other guests' disks")
    }
}
