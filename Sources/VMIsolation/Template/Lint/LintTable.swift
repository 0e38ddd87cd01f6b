import Isolation

/// The rules that look at values. ``DomainGrammar`` has those that look at elements alone.
enum LintTable {
    static let checks: [LintCheck] = devices + machine

    static let devices: [LintCheck] = [
        .attribute(.disk, "devices/disk", "type", ["file"]),
        .attribute(.disk, "devices/disk/backingStore", "type", ["file", ""]),
        .attribute(.disk, "devices/disk", "device", ["disk", "cdrom", ""]),
        .attribute(.interface, "devices/interface", "type", ["network"]),
        LintCheck(.interface, "devices/interface/target", port),
        .attribute(.hostFile, "devices/interface/rom", "file", [""]),
        .attribute(.characterDevice, "devices/serial", "type", ["pty"]),
        .attribute(.characterDevice, "devices/console", "type", ["pty"]),
        LintCheck(.characterDevice, "devices/serial/source", terminal),
        LintCheck(.characterDevice, "devices/console/source", terminal),
        .hostFile("devices/serial/log", "file") { $0.plan.consoleLog },
        .hostFile("devices/console/log", "file") { $0.plan.consoleLog },
        .attribute(.rng, "devices/rng/backend", "model", ["random", "builtin"]),
        .text(.rng, "devices/rng/backend", ["/dev/urandom", "/dev/random", ""]),
        .attribute(.watchdog, "devices/watchdog", "action", ["reset", "poweroff", "shutdown", "none", ""]),
        .attribute(.input, "devices/input", "type", ["mouse", "keyboard", "tablet"]),
        .attribute(.graphics, "devices/audio", "type", ["none"]),
        LintCheck(.graphics, "devices/video") { node, _ in
            node.node("model")?["type"] == "none" ? .fine : .refused("video")
        },
        .attribute(.element, "devices/controller", "type", ["pci", "sata", "scsi", "virtio-serial", "usb"]),
        LintCheck(.usb, "devices/controller") { node, _ in
            node["type"] == "usb" && node["model"] != "none" ? .refused(node["model"]) : .fine
        },
        .text(.emulator, "devices/emulator", emulators),
    ]

    static let machine: [LintCheck] = [
        .text(.lifecycle, "on_poweroff", ["destroy"]),
        .text(.lifecycle, "on_reboot", ["restart", "destroy"]),
        .text(.lifecycle, "on_crash", ["destroy"]),
        .attribute(.element, "sysinfo", "type", ["fwcfg", "smbios"]),
        .hostFile("sysinfo/entry", "file") { $0.plan.seedFile },
        LintCheck(.firmware, "os/loader") { node, _ in firmware(node.text) },
        LintCheck(.firmware, "os/nvram") { node, _ in node["template"].map(firmware) ?? .fine },
        LintCheck(.firmware, "os/nvram", variables),
    ]

    /// Where distributions keep libvirt's own choice.
    static let emulators: Set<String> = [
        "/usr/bin/qemu-system-x86_64", "/usr/bin/kvm", "/usr/bin/qemu-kvm", "/usr/libexec/qemu-kvm",
    ]

    static let firmwareDirectories = [
        "/usr/share/qemu/", "/usr/share/seabios/", "/usr/share/OVMF/", "/usr/share/ovmf/", "/usr/share/edk2/",
        "/usr/share/edk2-ovmf/", "/usr/share/qboot/",
    ]

    @Sendable private static func firmware(_ path: String) -> LintCheck.Verdict {
        let path = path.trimmedAll
        let inside = firmwareDirectories.contains { path.hasPrefix($0) } && !path.split(separator: "/").contains("..")
        return path.isEmpty || inside ? .fine : .refused(path)
    }

    /// Firmware variables lie where libvirt puts them.
    @Sendable private static func variables(_ node: DomainDocument.Node, _ lint: DomainLint) -> LintCheck.Verdict {
        let path = node.text.trimmedAll
        let byLibvirt = lint.origin == .libvirt && path == "/var/lib/libvirt/qemu/nvram/\(lint.plan.name)_VARS.fd"
        return path.isEmpty || byLibvirt ? .fine : .refused(path)
    }

    /// Rules know guests by the name of the host's end: a template takes none of another's.
    @Sendable private static func port(_ node: DomainDocument.Node, _ lint: DomainLint) -> LintCheck.Verdict {
        let planned = lint.plan.interface.port
        let byLibvirt = lint.origin == .libvirt && planned == nil
        return byLibvirt || node["dev"] == planned ? .fine : .refused(node["dev"])
    }

    /// A running domain's XML names the pseudo terminal; a template has none to name.
    @Sendable private static func terminal(_ node: DomainDocument.Node, _ lint: DomainLint) -> LintCheck.Verdict {
        let path = node["path"] ?? ""
        let byLibvirt = lint.origin == .libvirt && path.hasPrefix("/dev/pts/")
        return path.isEmpty || byLibvirt ? .fine : .refused(path)
    }
}
