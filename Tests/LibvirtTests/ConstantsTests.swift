import Libvirt
import Testing

/// Our constants against libvirt's own description of its interface.
@Suite struct ConstantsTests {
    private func known<Constant: LibvirtConstant>(_: Constant.Type) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: Constant.names.map { ($0.value, Int64($0.key.rawValue)) })
    }

    /// Fails on a number that differs, and on one of libvirt's that we do not know. Numbers of a libvirt newer than the
    /// installed one may be known already.
    private func compare(_ type: any LibvirtConstant.Type, _ enumeration: String) throws {
        let theirs = try #require(try APIDescription.installed.get().enumerations[enumeration])
        let ours = known(type)
        for (name, number) in theirs {
            #expect(ours[name] == number, "\(name) of \(enumeration)")
        }
    }

    @Test func errors() throws {
        try compare(LibvirtError.Code.self, "virErrorNumber")
        try compare(LibvirtError.Origin.self, "virErrorDomain")
    }

    @Test func stateReasons() throws {
        try compare(DomainState.NoStateReason.self, "virDomainNostateReason")
        try compare(DomainState.RunningReason.self, "virDomainRunningReason")
        try compare(DomainState.BlockedReason.self, "virDomainBlockedReason")
        try compare(DomainState.PausedReason.self, "virDomainPausedReason")
        try compare(DomainState.ShutdownReason.self, "virDomainShutdownReason")
        try compare(DomainState.ShutOffReason.self, "virDomainShutoffReason")
        try compare(DomainState.CrashedReason.self, "virDomainCrashedReason")
        try compare(DomainState.PMSuspendedReason.self, "virDomainPMSuspendedReason")
    }

    @Test func lifecycleDetails() throws {
        try compare(LifecycleChange.DefinedDetail.self, "virDomainEventDefinedDetailType")
        try compare(LifecycleChange.UndefinedDetail.self, "virDomainEventUndefinedDetailType")
        try compare(LifecycleChange.StartedDetail.self, "virDomainEventStartedDetailType")
        try compare(LifecycleChange.SuspendedDetail.self, "virDomainEventSuspendedDetailType")
        try compare(LifecycleChange.ResumedDetail.self, "virDomainEventResumedDetailType")
        try compare(LifecycleChange.StoppedDetail.self, "virDomainEventStoppedDetailType")
        try compare(LifecycleChange.ShutdownDetail.self, "virDomainEventShutdownDetailType")
        try compare(LifecycleChange.PMSuspendedDetail.self, "virDomainEventPMSuspendedDetailType")
        try compare(LifecycleChange.CrashedDetail.self, "virDomainEventCrashedDetailType")
    }

    @Test func otherConstants() throws {
        try compare(CloseReason.self, "virConnectCloseReason")
        try compare(WatchdogAction.self, "virDomainEventWatchdogAction")
        try compare(IOErrorAction.self, "virDomainEventIOErrorAction")
        try compare(GuestAgentState.self, "virConnectDomainEventAgentLifecycleState")
        try compare(GuestAgentReason.self, "virConnectDomainEventAgentLifecycleReason")
        try compare(MemoryFailure.Recipient.self, "virDomainMemoryFailureRecipientType")
        try compare(MemoryFailure.Action.self, "virDomainMemoryFailureActionType")
        try compare(IPAddressType.self, "virIPAddrType")
        try compare(NetworkUpdate.Command.self, "virNetworkUpdateCommand")
        try compare(NetworkUpdate.Section.self, "virNetworkUpdateSection")
    }

    @Test func states() throws {
        let expected: [String: DomainState] = [
            "VIR_DOMAIN_NOSTATE": .noState(.unknown), "VIR_DOMAIN_RUNNING": .running(.unknown),
            "VIR_DOMAIN_BLOCKED": .blocked(.unknown), "VIR_DOMAIN_PAUSED": .paused(.unknown),
            "VIR_DOMAIN_SHUTDOWN": .shuttingDown(.unknown), "VIR_DOMAIN_SHUTOFF": .shutOff(.unknown),
            "VIR_DOMAIN_CRASHED": .crashed(.unknown), "VIR_DOMAIN_PMSUSPENDED": .pmSuspended(.unknown),
        ]
        for (name, number) in try #require(try APIDescription.installed.get().enumerations["virDomainState"]) {
            #expect(DomainState(state: Int32(number), reason: 0) == expected[name], "\(name)")
        }
        #expect(DomainState(state: 99, reason: 7) == .unknown(state: 99, reason: 7))
    }

    @Test func lifecycleChanges() throws {
        let expected: [String: LifecycleChange] = [
            "VIR_DOMAIN_EVENT_DEFINED": .defined(.added), "VIR_DOMAIN_EVENT_UNDEFINED": .undefined(.removed),
            "VIR_DOMAIN_EVENT_STARTED": .started(.booted), "VIR_DOMAIN_EVENT_SUSPENDED": .suspended(.paused),
            "VIR_DOMAIN_EVENT_RESUMED": .resumed(.unpaused), "VIR_DOMAIN_EVENT_STOPPED": .stopped(.shutdown),
            "VIR_DOMAIN_EVENT_SHUTDOWN": .shutdown(.finished), "VIR_DOMAIN_EVENT_PMSUSPENDED": .pmSuspended(.memory),
            "VIR_DOMAIN_EVENT_CRASHED": .crashed(.panicked),
        ]
        for (name, number) in try #require(try APIDescription.installed.get().enumerations["virDomainEventType"]) {
            #expect(LifecycleChange(type: Int32(number), detail: 0) == expected[name], "\(name)")
        }
        #expect(LifecycleChange(type: 99, detail: 7) == .unknown(type: 99, detail: 7))
    }

    /// A kind of event of a newer libvirt fails here until it is either offered or left out on purpose.
    @Test func eventKinds() throws {
        let offered: [String: DomainEvent.Kind] = [
            "LIFECYCLE": .lifecycle, "REBOOT": .reboot, "WATCHDOG": .watchdog, "IO_ERROR_REASON": .ioError,
            "CONTROL_ERROR": .controlError, "BALLOON_CHANGE": .balloonChange, "AGENT_LIFECYCLE": .guestAgent,
            "MEMORY_FAILURE": .memoryFailure,
        ]
        let leftOut: Set = [
            "RTC_CHANGE", "IO_ERROR", "GRAPHICS", "BLOCK_JOB", "DISK_CHANGE", "TRAY_CHANGE", "PMWAKEUP", "PMSUSPEND",
            "PMSUSPEND_DISK", "DEVICE_REMOVED", "BLOCK_JOB_2", "TUNABLE", "DEVICE_ADDED", "MIGRATION_ITERATION",
            "JOB_COMPLETED", "DEVICE_REMOVAL_FAILED", "METADATA_CHANGE", "BLOCK_THRESHOLD",
            "MEMORY_DEVICE_SIZE_CHANGE", "NIC_MAC_CHANGE",
        ]
        let theirs = try #require(try APIDescription.installed.get().enumerations["virDomainEventID"])
        for (name, number) in theirs {
            let name = String(name.dropFirst("VIR_DOMAIN_EVENT_ID_".count))
            if leftOut.contains(name) { continue }
            #expect(offered[name].map { Int64($0.rawValue) } == number, "\(name)")
        }
        #expect(Set(offered.values) == Set(DomainEvent.Kind.allCases))
    }

    @Test func numbersOfNewerLibvirtsAreKept() {
        let code = LibvirtError.Code(rawValue: 4711)
        #expect(code.description == "Code(4711)")
        #expect(LibvirtError.Code.noDomain.description == "VIR_ERR_NO_DOMAIN")
    }
}
