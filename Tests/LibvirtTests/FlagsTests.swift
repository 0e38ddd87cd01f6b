import Libvirt
import Testing

/// Our flags against libvirt's own description of its interface.
@Suite struct FlagsTests {
    private func compare(_ flags: [String: UInt32], _ enumeration: String, prefix: String) throws {
        let theirs = try #require(try APIDescription.installed.get().enumerations[enumeration])
        for (name, number) in flags {
            #expect(theirs[prefix + name] == Int64(number), "\(prefix)\(name)")
        }
    }

    @Test func domains() throws {
        let filter: [String: DomainFilter] = [
            "ACTIVE": .active, "INACTIVE": .inactive, "PERSISTENT": .persistent, "TRANSIENT": .transient,
            "RUNNING": .running, "PAUSED": .paused, "SHUTOFF": .shutOff, "OTHER": .other,
        ]
        let prefix = "VIR_CONNECT_LIST_DOMAINS_"
        try compare(filter.mapValues(\.rawValue), "virConnectListAllDomainsFlags", prefix: prefix)
    }

    @Test func networks() throws {
        let filter: [String: NetworkFilter] = [
            "ACTIVE": .active, "INACTIVE": .inactive, "PERSISTENT": .persistent, "TRANSIENT": .transient,
            "AUTOSTART": .autostart, "NO_AUTOSTART": .noAutostart,
        ]
        let prefix = "VIR_CONNECT_LIST_NETWORKS_"
        try compare(filter.mapValues(\.rawValue), "virConnectListAllNetworksFlags", prefix: prefix)
    }

    @Test func undefining() throws {
        let flags: [String: Domain.UndefineFlags] = [
            "MANAGED_SAVE": .managedSave, "SNAPSHOTS_METADATA": .snapshotsMetadata, "NVRAM": .nvram,
            "KEEP_NVRAM": .keepNVRAM, "CHECKPOINTS_METADATA": .checkpointsMetadata, "TPM": .tpm, "KEEP_TPM": .keepTPM,
        ]
        let prefix = "VIR_DOMAIN_UNDEFINE_"
        try compare(flags.mapValues(\.rawValue), "virDomainUndefineFlagsValues", prefix: prefix)
    }

    @Test func descriptions() throws {
        let flags: [String: Domain.XMLFlags] = [
            "SECURE": .secure, "INACTIVE": .inactive, "UPDATE_CPU": .updateCPU, "MIGRATABLE": .migratable,
        ]
        try compare(flags.mapValues(\.rawValue), "virDomainXMLFlags", prefix: "VIR_DOMAIN_XML_")
    }

    @Test func shuttingDown() throws {
        let ways: [String: Domain.ShutdownWays] = [
            "ACPI_POWER_BTN": .acpiPowerButton, "GUEST_AGENT": .guestAgent, "INITCTL": .initctl, "SIGNAL": .signal,
            "PARAVIRT": .paravirt,
        ]
        try compare(ways.mapValues(\.rawValue), "virDomainShutdownFlagValues", prefix: "VIR_DOMAIN_SHUTDOWN_")
        try compare(ways.mapValues(\.rawValue), "virDomainRebootFlagValues", prefix: "VIR_DOMAIN_REBOOT_")
    }

    @Test func impactAndProcessors() throws {
        let impact: [String: ModificationImpact] = ["CURRENT": .current, "LIVE": .live, "CONFIG": .config]
        try compare(impact.mapValues(\.rawValue), "virDomainModificationImpact", prefix: "VIR_DOMAIN_AFFECT_")
        try compare(impact.mapValues(\.rawValue), "virNetworkUpdateFlags", prefix: "VIR_NETWORK_UPDATE_AFFECT_")
        let vcpus: [String: Domain.VCPUFlags] = [
            "MAXIMUM": .maximum, "GUEST": .guest, "HOTPLUGGABLE": .hotpluggable,
        ]
        try compare(vcpus.mapValues(\.rawValue), "virDomainVcpuFlags", prefix: "VIR_DOMAIN_VCPU_")
    }

    @Test func statistics() throws {
        let kinds: [String: StatsKinds] = [
            "STATE": .state, "CPU_TOTAL": .cpuTotal, "BALLOON": .balloon, "VCPU": .vcpu, "INTERFACE": .interface,
            "BLOCK": .block, "PERF": .perf, "IOTHREAD": .ioThread, "MEMORY": .memory, "DIRTYRATE": .dirtyRate,
            "VM": .vm,
        ]
        try compare(kinds.mapValues(\.rawValue), "virDomainStatsTypes", prefix: "VIR_DOMAIN_STATS_")
        let options: [String: StatsOptions] = ["NOWAIT": .noWait, "BACKING": .backing, "ENFORCE_STATS": .enforce]
        let prefix = "VIR_CONNECT_GET_ALL_DOMAINS_STATS_"
        try compare(options.mapValues(\.rawValue), "virConnectGetAllDomainStatsFlags", prefix: prefix)
    }

    @Test func addressSources() throws {
        let sources: [String: InterfaceAddressSource] = ["LEASE": .lease, "AGENT": .agent, "ARP": .arp]
        let prefix = "VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_"
        let numbers = sources.mapValues { UInt32($0.rawValue) }
        try compare(numbers, "virDomainInterfaceAddressesSource", prefix: prefix)
    }
}
