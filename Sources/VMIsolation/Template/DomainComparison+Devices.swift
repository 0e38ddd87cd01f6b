import Isolation

extension DomainComparison {
    mutating func boot() {
        var expected: [String: String] = [:]
        if case .kernel(let kernel, let initrd, let commandLine) = plan.boot {
            expected = ["kernel": kernel, "initrd": initrd, "cmdline": commandLine]
        }
        for name in ["cmdline", "initrd", "kernel"] {
            let found = root.nodes("os/\(name)")
            let line = found.first?.line ?? root.node("os")?.line ?? root.line
            expect(name, expected[name], found.first?.text, line: line)
            if found.count > 1 { expect("number of <\(name)>", 1, found.count, line: found[1].line) }
        }
    }

    /// Further entries with plain text are the template's own affair; the seed is ours.
    mutating func seed() {
        let entries = root.nodes("sysinfo/entry").filter { $0["name"] == DomainPlan.seedEntry }
        let line = entries.first?.line ?? root.line
        let found = entries.first.map { $0["file"] ?? "a text" }
        expect(
            "seed \(DomainPlan.seedEntry)", plan.seedFile?.withoutRepeatedSlashes, found?.withoutRepeatedSlashes,
            line: line)
        if entries.count > 1 { expect("number of seeds", 1, entries.count, line: entries[1].line) }
    }

    mutating func disks() {
        let found = root.nodes("devices/disk")
        let end = root.node("devices")?.line ?? root.line
        for disk in plan.disks {
            let item = "disk \(disk.target)"
            let here = found.filter { $0.node("target")?["dev"] == disk.target }
            guard here.count == 1 else {
                expect("number of \(item)", 1, here.count, line: here.last?.line ?? end)
                continue
            }
            compare(here[0], with: disk, item)
        }
        for node in found {
            let target = node.node("target")?["dev"] ?? ""
            if !plan.disks.contains(where: { $0.target == target }) {
                expect("disk \(target)", nil, node.node("source")?["file"] ?? "a disk", line: node.line)
            }
        }
    }

    private mutating func compare(_ node: DomainDocument.Node, with disk: DomainPlan.Disk, _ item: String) {
        expect("\(item), type", "file", node["type"], line: node.line)
        expect("\(item), device", disk.device.rawValue, node["device"] ?? "disk", line: node.line)
        let source = node.node("source")
        expect("\(item), file", disk.file, source?["file"], line: source?.line ?? node.line)
        let driver = node.node("driver")
        expect("\(item), format", disk.format.rawValue, driver?["type"], line: driver?.line ?? node.line)
        let serial = node.node("serial")
        expect("\(item), serial", disk.serial, serial?.text, line: serial?.line ?? node.line)
        let isReadOnly = disk.readOnly || disk.device == .cdrom
        let readOnly = node.node("readonly")
        if disk.device == .disk || !isReadOnly {
            expect(
                "\(item), read-only", isReadOnly ? "yes" : "no", readOnly == nil ? "no" : "yes",
                line: readOnly?.line ?? node.line)
        }
        backing(node, disk.backing, item)
        rates(node, item)
    }

    /// A limit that nobody asked for is the template's own affair.
    private mutating func rates(_ node: DomainDocument.Node, _ item: String) {
        guard plan.rates.limitsDisks else { return }
        let wanted = [
            ("total_bytes_sec", plan.rates.diskBytesPerSecond), ("total_iops_sec", plan.rates.diskOperationsPerSecond),
        ]
        let line = node.node("iotune")?.line ?? node.line
        for (name, limit) in wanted {
            guard let limit else { continue }
            let found = node.node("iotune/\(name)")
            expect("\(item), \(name)", "\(limit)", found?.text.trimmedAll, line: found?.line ?? line)
        }
        let group = node.node("iotune/group_name")
        expect("\(item), limits shared in", RateLimits.group, group?.text, line: group?.line ?? line)
    }

    /// The chain is spelled out to its end, so that no image's own reference is followed.
    private mutating func backing(_ node: DomainDocument.Node, _ backing: DomainPlan.Backing?, _ item: String) {
        guard let store = node.node("backingStore") else {
            return expect("\(item), backing", backing?.file ?? "<backingStore/>", nil, line: node.line)
        }
        let source = store.node("source")
        expect("\(item), backing file", backing?.file, source?["file"], line: source?.line ?? store.line)
        guard let backing else {
            return expect("\(item), end of its chain", 0, store.children.count, line: store.line)
        }
        expect("\(item), backing type", "file", store["type"], line: store.line)
        expect(
            "\(item), backing format", backing.format.rawValue, store.node("format")?["type"], line: store.line)
        let next = store.node("backingStore")
        let end = next.map { $0.children.isEmpty ? "an end" : "a further base" }
        expect("\(item), base of the base", "an end", end, line: next?.line ?? store.line)
    }

    mutating func interfaces() {
        let found = root.nodes("devices/interface")
        let line = root.node("devices")?.line ?? root.line
        guard let node = found.first else {
            return expect("interface", plan.interface.mac, nil, line: line)
        }
        for extra in found.dropFirst() {
            expect("interface", nil, extra.node("mac")?["address"] ?? "an interface", line: extra.line)
        }
        expect("interface, type", "network", node["type"], line: node.line)
        let mac = node.node("mac")
        expect(
            "interface, MAC", plan.interface.mac.lowercased(), mac?["address"]?.lowercased(),
            line: mac?.line ?? node.line)
        let source = node.node("source")
        expect("interface, network", plan.interface.network, source?["network"], line: source?.line ?? node.line)
        let port = node.node("port")
        let isolated = port?["isolated"] == "yes"
        expect(
            "interface, isolated", plan.interface.isolated ? "yes" : "no", isolated ? "yes" : "no",
            line: port?.line ?? node.line)
        if let name = plan.interface.port {
            let target = node.node("target")
            expect("interface, host's end", name, target?["dev"], line: target?.line ?? node.line)
        }
        filter(node)
        bandwidth(node)
    }

    /// A filter that nobody asked for is the template's own affair.
    private mutating func filter(_ node: DomainDocument.Node) {
        guard let filter = plan.interface.filter else { return }
        let found = node.node("filterref")
        expect("interface, filter", filter.name, found?["filter"], line: found?.line ?? node.line)
        let addresses = found?.nodes("parameter").filter { $0["name"] == "IP" }.map { $0["value"] ?? "" } ?? []
        expect(
            "interface, filter's address", filter.address, addresses.joined(separator: ", "),
            line: found?.line ?? node.line)
    }

    private mutating func bandwidth(_ node: DomainDocument.Node) {
        guard let bandwidth = plan.rates.bandwidth else { return }
        for way in ["inbound", "outbound"] {
            let found = node.node("bandwidth/\(way)")
            expect("interface, \(way) average", "\(bandwidth)", found?["average"], line: found?.line ?? node.line)
            // Beyond the average for as long as it lasts: a way around it.
            expect("interface, \(way) peak", nil, found?["peak"], line: found?.line ?? node.line)
        }
    }

    mutating func console() {
        let found = root.nodes("devices/serial")
        let line = root.node("devices")?.line ?? root.line
        guard let node = found.first else { return expect("serial console", "pty", nil, line: line) }
        expect("serial console, type", "pty", node["type"], line: node.line)
        let log = node.node("log")
        expect("serial console, log", plan.consoleLog, log?["file"], line: log?.line ?? node.line)
    }

    /// With the user goes that libvirt leaves the owners of files alone.
    mutating func monitorUser() {
        let fixed = root.nodes("seclabel").filter { $0["model"] == "dac" && $0["relabel"] == "no" }
        let line = fixed.first?.line ?? root.line
        expect("monitor's user", plan.monitorUser, fixed.first.map { $0.node("label")?.text ?? "" }, line: line)
    }
}
