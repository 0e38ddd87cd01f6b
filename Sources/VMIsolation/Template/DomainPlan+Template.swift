import Foundation
public import Isolation

extension DomainPlan {
    /// The element that marks a domain as ours; its attributes say whose.
    public static let metadataNamespace = "https://bulkhead.dev/domain/1"
    /// What the guest finds the seed by, on its firmware configuration device.
    public static let seedEntry = "opt/org.bulkhead/seed"

    /// libvirt's word for the acceleration.
    var libvirtType: String {
        switch acceleration {
        case .kvm: "kvm"
        case .tcg: "qemu"
        }
    }

    var uuidText: String { uuid.uuidString.lowercased() }

    /// The plan as ``DomainTags`` names it.
    var templateValues: [String: TemplateValue] {
        var values: [String: TemplateValue] = [
            "type": .text(libvirtType), "kvm": .flag(acceleration == .kvm), "tcg": .flag(acceleration == .tcg),
            "name": .text(name), "uuid": .text(uuidText),
            "owner": .text(owner.owner), "container": .text(owner.container.description),
            "created": .text("\(owner.created)"), "templateDigest": .text(owner.templateDigest),
            "memoryKiB": .text("\(memory.kibibytes)"), "vcpus": .text("\(cpu.virtualCPUs)"),
            "cpuShares": .text("\(cpu.shares)"), "cpuPeriod": .text("\(cpu.period)"),
            "cpuQuota": .text("\(cpu.quota)"),
            "disks": .list(disks.enumerated().map { $1.templateValues(at: $0, rates) }),
            "mac": .text(interface.mac), "network": .text(interface.network), "isolated": .flag(interface.isolated),
            "filter": .list(
                interface.filter.map { [["filterName": .text($0.name), "address": .text($0.address)]] } ?? []),
            "consoleLog": .text(consoleLog), "diskBoot": .flag(boot == .disk), "kernelBoot": .list([]),
        ]
        if case .kernel(let kernel, let initrd, let commandLine) = boot {
            values["kernelBoot"] = .list([
                ["kernel": .text(kernel), "initrd": .text(initrd), "commandLine": .text(commandLine)]
            ])
        }
        if let port = interface.port { values["port"] = .text(port) }
        if let bandwidth = rates.bandwidth { values["bandwidth"] = .text("\(bandwidth)") }
        if let seedFile { values["seedFile"] = .text(seedFile) }
        if let monitorUser { values["monitorUser"] = .text(monitorUser) }
        return values
    }
}

extension DomainPlan.Disk {
    func templateValues(at index: Int, _ rates: RateLimits) -> [String: TemplateValue] {
        [
            "slot": .text("0x" + String(index + 0x108, radix: 16).dropFirst()), "device": .text(device.rawValue),
            "cdrom": .flag(device == .cdrom),
            "bus": .text(device == .cdrom ? "sata" : "virtio"), "target": .text(target), "file": .text(file),
            "format": .text(format.rawValue), "serial": .text(serial), "readOnly": .flag(readOnly),
            "backing": .list(backing.map { [["file": .text($0.file), "format": .text($0.format.rawValue)]] } ?? []),
            "rates": .list(rates.limitsDisks ? [rates.templateValues] : []),
        ]
    }
}

extension RateLimits {
    /// All disks of one machine share the limits. The name is the machine monitor's own.
    static let group = "disks"

    var limitsDisks: Bool { diskBytesPerSecond != nil || diskOperationsPerSecond != nil }
    /// libvirt's unit, whole KiB; never none of them.
    var bandwidth: UInt64? { networkBytesPerSecond.map { max(1, $0 >> 10) } }

    fileprivate var templateValues: [String: TemplateValue] {
        var values: [String: TemplateValue] = ["rateGroup": .text(RateLimits.group)]
        if let diskBytesPerSecond { values["bytesPerSecond"] = .text("\(diskBytesPerSecond)") }
        if let diskOperationsPerSecond { values["operationsPerSecond"] = .text("\(diskOperationsPerSecond)") }
        return values
    }
}
