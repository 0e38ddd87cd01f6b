import Foundation
import Isolation

/// The tags of a domain template; docs/templates.md lists them for people.
public enum DomainTags {
    public static let all: [TemplateTag] = [
        .init("type", .text, "libvirt's name of the acceleration: `kvm`, or `qemu` for emulation"),
        .init("kvm", .flag, "the guest runs on the processor itself"),
        .init("tcg", .flag, "the guest is emulated"),
        .init("name", .text, "the domain's name"),
        .init("uuid", .text, "the domain's UUID"),
        .init("owner", .text, "id of the state directory that the domain belongs to"),
        .init("container", .text, "the container's name"),
        .init("created", .text, "when it was made, in seconds since 1970"),
        .init("templateDigest", .text, "SHA-256 of the template"),
        .init("memoryKiB", .text, "the guest's memory in KiB"),
        .init("vcpus", .text, "virtual processors"),
        .init("cpuShares", .text, "weight against other guests, 1024 for each processor asked for"),
        .init("cpuPeriod", .text, "microseconds"),
        .init("cpuQuota", .text, "microseconds of each period that each virtual processor may run"),
        .init("diskBoot", .flag, "firmware boots from the first disk"),
        .init("kernelBoot", .section(kernelBoot), "the host hands kernel and initramfs over"),
        .init("disks", .section(disk), "once for each disk, in order"),
        .init("mac", .text, "the network interface's address"),
        .init("network", .text, "the libvirt network it is on"),
        .init("isolated", .flag, "the guest cannot reach its neighbours on the bridge"),
        .init("port", .optionalText, "the host's end of the interface, where rules name it"),
        .init("filter", .section(filter), "what libvirt filters of the guest's frames, where no other walls do"),
        .init("bandwidth", .optionalText, "KiB that the interface may take in each second, and give out"),
        .init("seedFile", .optionalText, "host file that the guest reads as `opt/org.bulkhead/seed`"),
        .init("consoleLog", .text, "host file that keeps the serial console's output"),
        .init("monitorUser", .optionalText, "user and group that QEMU runs as, where its files are theirs already"),
    ]

    private static let filter: [TemplateTag] = [
        .init("filterName", .text, "libvirt's name of the filter"),
        .init("address", .text, "the one that the guest may have"),
    ]

    private static let kernelBoot: [TemplateTag] = [
        .init("kernel", .text, "host file"),
        .init("initrd", .text, "host file"),
        .init("commandLine", .text, "the kernel's parameters"),
    ]

    private static let disk: [TemplateTag] = [
        .init("device", .text, "`disk` or `cdrom`"),
        .init("cdrom", .flag, "it is a CD"),
        .init("bus", .text, "`virtio`, or `sata` for a CD"),
        .init("target", .text, "`vda`, `vdb`, …, or `sda` for a CD"),
        .init("file", .text, "host file"),
        .init("format", .text, "`qcow2` or `raw`"),
        .init("serial", .text, "what the guest finds the disk by"),
        .init("readOnly", .flag, "the guest cannot write it"),
        .init("slot", .text, "PCI slot for a virtio disk, from `0x08` on: below lie the template's own devices"),
        .init("backing", .section(backing), "the overlay's read-only base, if any"),
        .init("rates", .section(rates), "how fast all disks together may be, where that is limited"),
    ]

    private static let rates: [TemplateTag] = [
        .init("bytesPerSecond", .optionalText, "read and written"),
        .init("operationsPerSecond", .optionalText, "reads and writes"),
        .init("rateGroup", .text, "the group that shares the limits"),
    ]

    private static let backing: [TemplateTag] = [
        .init("file", .text, "host file of the base"),
        .init("format", .text, "the base's format"),
    ]
}
