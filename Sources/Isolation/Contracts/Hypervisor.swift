public import FoundationEssentials

/// What the core needs of a host that runs virtual machines. Calls have deadlines of their own.
public protocol Hypervisor: Sendable {
    func capacity() async throws -> HostCapacity

    /// Defines, verifies and starts; what was kept must equal the plan.
    ///
    /// - Parameter xml: the plan as the hypervisor's document.
    func start(_ plan: DomainPlan, xml: String) async throws

    /// Ends and forgets a machine and sees its process gone; one that is gone already is fine.
    func remove(_ machine: UUID) async throws

    func state(of machine: UUID) async throws -> MachineState

    /// Hints that a machine may have changed, until the connection breaks; the truth is ``state(of:)``.
    func events(of machine: UUID) async throws -> any AsyncSequence<MachineEvent, Never> & Sendable

    func machines() async throws -> [FoundMachine]

    /// All machines in one call.
    func statistics() async throws -> [UUID: MachineStatistics]
    /// Of one machine, the guest's memory at least; nil where there is none.
    func statistics(of machine: UUID) async throws -> MachineStatistics?

    /// Shares and quota; more virtual processors than at the start are refused.
    func setProcessors(_ cpu: CPUAllocation, of machine: UUID) async throws
    /// The guest's memory, by its balloon.
    func setMemory(_ memory: Memory, of machine: UUID) async throws
}

public enum MachineState: Hashable, Sendable {
    case running
    /// Stopped by the hypervisor, for an I/O error or want of space.
    case paused
    case poweredOff
    case panicked
    /// The machine monitor was killed or crashed.
    case failed
    /// Ended by a call, ours or an operator's.
    case destroyed
    /// Not known, or no longer.
    case gone
}

public enum MachineEvent: Hashable, Sendable {
    case changed, panicked, rebooted
    /// The last one of a machine that has ended.
    case stopped
    /// A write found no space on the host.
    case outOfSpace(device: String)
    case ioError(device: String)
    case watchdog
    case balloon(Memory)
}
