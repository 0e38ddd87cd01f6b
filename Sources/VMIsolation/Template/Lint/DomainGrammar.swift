/// Which elements and attributes a domain may have. Where an element is not listed here, its own inside is free.
enum DomainGrammar {
    /// By path below the domain; the domain itself is the empty path.
    static let children: [String: Set<String>] = [
        "": [
            "name", "uuid", "title", "description", "metadata", "memory", "currentMemory", "memoryBacking", "vcpu",
            "iothreads", "cputune", "sysinfo", "os", "features", "cpu", "clock", "on_poweroff", "on_reboot", "on_crash",
            "pm", "devices", "seclabel",
        ],
        "memoryBacking": ["nosharepages", "discard"],
        "cputune": ["shares", "period", "quota", "vcpupin", "emulatorpin", "iothreadpin"],
        "sysinfo": ["entry"],
        "os": [
            "type", "loader", "nvram", "bios", "kernel", "initrd", "cmdline", "boot", "bootmenu", "smbios", "firmware",
        ],
        "cpu": ["model", "vendor", "topology", "feature", "cache", "maxphysaddr"],
        "devices": [
            "emulator", "disk", "controller", "interface", "serial", "console", "rng", "memballoon", "panic",
            "watchdog",
            "input", "video", "audio",
        ],
        "devices/disk": [
            "driver", "source", "backingStore", "target", "serial", "readonly", "boot", "iotune", "blockio", "geometry",
            "vendor", "product", "wwn", "address", "alias",
        ],
        "devices/disk/iotune": [
            "total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_iops_sec", "read_iops_sec", "write_iops_sec",
            "size_iops_sec", "group_name",
        ],
        "devices/disk/source": ["seclabel"],
        "devices/disk/backingStore": ["format", "source", "backingStore"],
        "devices/disk/backingStore/source": ["seclabel"],
        "devices/disk/backingStore/backingStore": [],
        "devices/interface": [
            "mac", "source", "target", "model", "driver", "port", "rom", "filterref", "mtu", "link", "bandwidth", "boot",
            "coalesce",
            "address", "alias",
        ],
        "devices/interface/bandwidth": ["inbound", "outbound"],
        "devices/interface/source": [],
        "devices/serial": ["source", "log", "target", "address", "alias"],
        "devices/console": ["source", "log", "target", "address", "alias"],
        "devices/rng": ["rate", "backend", "driver", "address", "alias"],
        "devices/rng/backend": [],
    ]

    /// What libvirt adds to a domain it has taken, by the same paths.
    static let addedChildren: [String: Set<String>] = [
        "": ["resource", "on_lockfailure"],
    ]

    /// Only where an attribute can reach something of the host.
    static let attributes: [String: Set<String>] = [
        "": ["type"],
        "devices/disk": ["type", "device", "model", "snapshot"],
        "devices/disk/source": ["file"],
        "devices/disk/backingStore": ["type"],
        "devices/disk/backingStore/source": ["file"],
        "devices/disk/backingStore/backingStore": [],
        "devices/interface": ["type"],
        "devices/interface/bandwidth/inbound": ["average", "peak", "burst"],
        "devices/interface/bandwidth/outbound": ["average", "peak", "burst"],
        "devices/interface/source": ["network"],
        "devices/interface/target": ["dev"],
        "devices/serial": ["type"],
        "devices/console": ["type"],
        "devices/console/target": ["type", "port"],
        "sysinfo/entry": ["name", "file"],
        "vcpu": ["placement", "cpuset", "current"],
    ]

    static let addedAttributes: [String: Set<String>] = [
        "": ["id"],
        "devices/disk/source": ["index"],
        "devices/disk/backingStore": ["index"],
        "devices/disk/backingStore/source": ["index"],
        "devices/interface/source": ["portid", "bridge"],
        "devices/console": ["tty"],
    ]

    /// Elements that are refused under a rule of their own; any other unknown one is `element`.
    static let refused: [String: LintRule] = [
        "devices/hostdev": .hostDevice, "devices/redirdev": .hostDevice, "devices/redirfilter": .hostDevice,
        "devices/smartcard": .hostDevice, "devices/lease": .hostDevice,
        "devices/filesystem": .filesystem, "devices/channel": .channel, "devices/parallel": .channel,
        "devices/graphics": .graphics, "devices/sound": .graphics, "devices/tpm": .tpm, "devices/vsock": .vsock,
        "devices/shmem": .sharedMemory, "devices/memory": .sizing, "devices/nvram": .firmware,
        "launchSecurity": .launchSecurity, "memtune": .sizing, "maxMemory": .sizing, "vcpus": .sizing,
        "numatune": .sizing,
        "blkiotune": .sizing, "resource": .sizing, "cpu/numa": .sizing, "os/acpi": .hostFile, "os/dtb": .hostFile,
    ]

    /// Elements of which a parent may have several.
    static let repeated: Set<String> = [
        "seclabel", "sysinfo", "entry", "boot", "feature", "timer", "vcpupin", "iothreadpin", "parameter", "cache",
    ]
    /// Parents whose children may all repeat.
    static let lists: Set<String> = ["devices", "metadata"]

    static func rule(for path: String) -> LintRule {
        if let rule = refused[path] { return rule }
        if path.hasPrefix("memoryBacking/") { return .memoryBacking }
        return path.hasPrefix("cputune/") ? .sizing : .element
    }
}
