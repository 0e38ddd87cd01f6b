extension WallsReport {
    /// The README's table of what is isolated from what, with what this test came to.
    public var markdown: String {
        let rows = Wall.allCases.filter { $0 != .control }.map { wall in
            let (cannot, because, page) = Self.words(wall)
            return "| \(cannot) | \(because) | \(page) | \(result(of: wall)) |\n"
        }
        return "| a task cannot | because | by | tried |\n| --- | --- | --- | --- |\n" + rows.joined()
    }

    private func result(of wall: Wall) -> String {
        let tried = findings.filter { $0.wall == wall && $0.verdict != .notTried }
        let breaches = tried.filter { $0.verdict == .breach }.map(\.probe)
        let ways = "\(tried.count) ways"
        return breaches.isEmpty ? "\(ways), none through" : "\(ways), **through: \(breaches.joined(separator: ", "))**"
    }

    private static func words(_ wall: Wall) -> (cannot: String, because: String, page: String) {
        let network = "[`vm/network`](docs/isolators/network.md#walls)"
        return switch wall {
        case .control: ("", "", "")
        case .neighbour:
            ("reach another guest", "bridge ports are isolated, and the host sends nothing on to them", network)
        case .identity:
            (
                "pass for another guest, for the host or for a server of theirs",
                "of each guest, its own MAC and address are let in, and nothing else", network
            )
        case .host:
            (
                "reach a service of the host",
                "rules for every guest that may come: DHCP, an echo and the agent's own port", network
            )
        case .outside:
            (
                "reach any network",
                "nothing is sent on for guests; `--egress nat`, or a list of destinations, is the declared way out", network
            )
        case .egress:
            (
                "reach by its way out what its `--egress` does not name",
                "each guest has a chain of its own; the host, its networks, private and metadata addresses are not the "
                    + "Internet",
                "[`vm/network`](docs/isolators/network.md#ways-out)"
            )
        case .agent:
            (
                "pass for another task's executor, or for an operator of the agent",
                "each executor has a token of its own, and guests do not get to the operators' interface",
                "[agent](docs/threat-model.md#the-agent)"
            )
        case .machine:
            (
                "do as root on the host, or reach another machine, if it breaks out of its own",
                "each QEMU has a user of its own, no capabilities, and a list of system calls",
                "[template](docs/templates.md)"
            )
        case .files:
            (
                "write or read outside of its directory by files that it leaves",
                "what comes out is taken for hostile: names, links, devices, sizes, numbers", "[launch](docs/launch.md)"
            )
        case .resources:
            (
                "take the host's memory, disk or processors from others",
                "limits on the whole machine, disks of a fixed size, logs that rotate",
                "[`vm/compute`](docs/isolators/compute.md), [`vm/disk`](docs/isolators/disk.md)"
            )
        }
    }
}
