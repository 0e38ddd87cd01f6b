import Foundation
import Isolation
import Libvirt

extension LibvirtHypervisor {
    /// One question for all domains of the host, whoever they belong to.
    func statistics() async throws -> [UUID: MachineStatistics] {
        let host = try await link.connect()
        let all = try await host.connection.allDomainStats(
            [.state, .cpuTotal, .balloon, .interface, .block], of: .active)
        return Dictionary(all.map { ($0.uuid, MachineStatistics($0)) }) { first, _ in first }
    }

    func statistics(of machine: UUID) async throws -> MachineStatistics? {
        guard let domain = try await domain(machine) else { return nil }
        return try await link.connect().connection.stats(of: [domain], [.balloon]).first.map { MachineStatistics($0) }
    }

    func setProcessors(_ cpu: CPUAllocation, of machine: UUID) async throws {
        try await changing(machine) { domain in
            var scheduler = SchedulerParameters()
            scheduler.cpuShares = UInt64(cpu.shares)
            scheduler.vcpuPeriod = .microseconds(cpu.period)
            scheduler.vcpuQuota = .microseconds(cpu.quota)
            try await domain.setSchedulerParameters(scheduler, .live)
        }
    }

    func setMemory(_ memory: Memory, of machine: UUID) async throws {
        try await changing(machine) { try await $0.setMemory(Kibibytes(memory.kibibytes), .live) }
    }

    private func changing(_ machine: UUID, _ body: (Domain) async throws -> Void) async throws {
        do { try await body(try await link.connect().connection.domain(uuid: machine)) } catch let error as LibvirtError
        {
            throw error.named("domain \(machine)")
        }
    }
}

extension MachineStatistics {
    init(_ stats: DomainStats) {
        self.init()
        cpuTime = stats.cpuTime?.nanoseconds
        cpuUser = stats.cpuUserTime?.nanoseconds
        cpuSystem = stats.cpuSystemTime?.nanoseconds
        balloon = stats.balloon.current.map { Memory(bytes: $0.bytes) }
        resident = stats.balloon.resident.map { Memory(bytes: $0.bytes) }
        guestAvailable = stats.balloon.available.map { Memory(bytes: $0.bytes) }
        // What is cached the guest's kernel gives up by itself.
        guestUnused = (stats.balloon.usable ?? stats.balloon.unused).map { Memory(bytes: $0.bytes) }
        blocks = stats.blocks.map {
            Block(
                name: $0.name, allocated: $0.allocation, capacity: $0.capacity, readBytes: $0.read.bytes,
                writtenBytes: $0.written.bytes)
        }
        // libvirt counts on the guest's side of the wire already.
        received = stats.interfaces.first.flatMap { Network($0.received) }
        sent = stats.interfaces.first.flatMap { Network($0.sent) }
    }
}

extension MachineStatistics.Network {
    init?(_ traffic: InterfaceStats.Traffic) {
        guard let bytes = traffic.bytes, let packets = traffic.packets else { return nil }
        self.init(bytes: bytes, packets: packets, errors: traffic.errors ?? 0, dropped: traffic.dropped ?? 0)
    }
}

extension MachineState {
    init(_ state: DomainState) {
        self =
            switch state {
            case .crashed: .panicked
            case .paused: .paused
            case .shutOff(.shutdown): .poweredOff
            case .shutOff(.destroyed): .destroyed
            case .shutOff: .failed
            default: .running
            }
    }
}

extension MachineEvent {
    init(_ content: DomainEvent.Content) {
        self =
            switch content {
            case .lifecycle(.crashed): .panicked
            case .lifecycle(.stopped): .stopped
            case .reboot: .rebooted
            case .ioError(let error):
                error.reason == "enospc" ? .outOfSpace(device: error.device) : .ioError(device: error.device)
            case .watchdog: .watchdog
            case .balloonChange(let memory): .balloon(Memory(bytes: memory.bytes))
            default: .changed
            }
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        UInt64(clamping: components.seconds) &* 1_000_000_000
            &+ UInt64(clamping: components.attoseconds / 1_000_000_000)
    }
}
