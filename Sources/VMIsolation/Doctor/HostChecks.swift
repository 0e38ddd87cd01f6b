import Foundation
import Glibc
import HostIsolation

/// What of the host can break guests or their network: other firewalls, cgroups, the log daemon.
struct HostChecks {
    var all: [Check] { [bridgeFilter(), firewallers(), olderRules(), cgroups(), limits(), logDaemon()] }

    private func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private func bridgeFilter() -> Check {
        guard let value = text("/proc/sys/net/bridge/bridge-nf-call-iptables") else {
            return .ok("br_netfilter", "not loaded")
        }
        if value == "0" { return .ok("br_netfilter", "loaded, bridged packets do not pass iptables") }
        return .warning(
            "br_netfilter", "bridged packets pass iptables: rules for other purposes may drop guests' DHCP",
            fix: "sysctl net.bridge.bridge-nf-call-iptables=0, or allow DHCP on virbr* there")
    }

    private func firewallers() -> Check {
        let found = ["/run/firewalld": "firewalld", "/etc/ufw/ufw.conf": "ufw"].filter { access($0.key, F_OK) == 0 }
        let active = found.filter { $0.value != "ufw" || text($0.key)?.contains("ENABLED=yes") == true }.values.sorted()
        if active.isEmpty { return .ok("firewall", "neither firewalld nor ufw is active") }
        return .ok("firewall", "\(active.joined(separator: ", ")) is active; a network's “other rules” say what is in the way")
    }

    /// Those of the older iptables are in none of nftables' lists.
    private func olderRules() -> Check {
        let tables = ["ip", "ip6"].compactMap { text("/proc/net/\($0)_tables_names") }.joined()
        if tables.isEmpty { return .ok("older rules", "no table of iptables-legacy is in use") }
        return .warning(
            "older rules", "tables of iptables-legacy are in use, and not looked at",
            fix: "update-alternatives --set iptables /usr/sbin/iptables-nft, and set the rules anew")
    }

    private func cgroups() -> Check {
        if let controllers = text("/sys/fs/cgroup/cgroup.controllers") {
            let missing = ["cpu", "memory"].filter { !controllers.split(separator: " ").contains(Substring($0)) }
            if missing.isEmpty { return .ok("cgroups", "version 2 with \(controllers)") }
            return .failure(
                "cgroups", "version 2 without \(missing.joined(separator: ", "))", fix: "boot with cgroup_enable=memory"
            )
        }
        let missing = ["cpu", "memory"].filter { access("/sys/fs/cgroup/\($0)", F_OK) != 0 }
        if missing.isEmpty { return .ok("cgroups", "version 1 with cpu and memory") }
        return .failure(
            "cgroups", "no controller \(missing.joined(separator: ", "))", fix: "mount the cgroup file systems")
    }

    /// The limit in a domain's XML makes the daemon raise its locked-memory limit, which needs this capability;
    /// we set ours on the started domain, so that this is told only to writers of templates.
    private func limits() -> Check {
        if ProcessStatus(of: getpid())?.has(.sysResource, in: "CapBnd") == true {
            return .ok("memory limit in templates", "the host grants CAP_SYS_RESOURCE")
        }
        return .warning(
            "memory limit in templates",
            "no CAP_SYS_RESOURCE here: a <memtune> hard limit in a template fails to start",
            fix: "leave it out; Bulkhead sets the same limit on the started domain")
    }

    private func logDaemon() -> Check {
        let sockets = ["/run/libvirt/virtlogd-sock", "/var/run/libvirt/virtlogd-sock"]
        if sockets.contains(where: { access($0, F_OK) == 0 }) { return .ok("console log", "virtlogd bounds it") }
        return .warning(
            "console log", "no virtlogd: nothing bounds what guests write to their consoles",
            fix: "systemctl start virtlogd.socket")
    }
}
