public import FoundationEssentials
public import Isolation
import TestSupport

/// What every hypervisor must do, fake or real, checked one promise at a time. A broken one is thrown as
/// ``ContractBreach``.
public struct HypervisorContract: Sendable {
    public enum Check: String, CaseIterable, Sendable {
        case startedMachineRuns, secondStartIsRefused, removedMachineIsGone, removingTwiceAndUnknown, unknownMachine
        case endIsTold, statisticsOfMany, resizing, foreignMachineIsLeftAlone, capacityIsThere
    }

    /// A machine to be started, and what takes its files away afterwards.
    public struct Machine: Sendable {
        public var plan: DomainPlan
        public var xml: String
        public var takeAway: @Sendable () async throws -> Void

        public init(plan: DomainPlan, xml: String, takeAway: @escaping @Sendable () async throws -> Void = {}) {
            (self.plan, self.xml, self.takeAway) = (plan, xml, takeAway)
        }
    }

    let hypervisor: any Hypervisor
    /// One that is there for as long as the checks run, and that bears no tag.
    let foreign: UUID
    let limit: Duration
    let make: @Sendable () async throws -> Machine

    public init(
        _ hypervisor: any Hypervisor, foreign: UUID, limit: Duration = .seconds(60),
        machine: @escaping @Sendable () async throws -> Machine
    ) {
        (self.hypervisor, self.foreign, self.limit, make) = (hypervisor, foreign, limit, machine)
    }

    public func run(_ check: Check) async throws {
        switch check {
        case .startedMachineRuns: try await startedMachineRuns()
        case .secondStartIsRefused: try await secondStartIsRefused()
        case .removedMachineIsGone: try await removedMachineIsGone()
        case .removingTwiceAndUnknown: try await removingTwiceAndUnknown()
        case .unknownMachine: try await unknownMachine()
        case .endIsTold: try await endIsTold()
        case .statisticsOfMany: try await statisticsOfMany()
        case .resizing: try await resizing()
        case .foreignMachineIsLeftAlone: try await foreignMachineIsLeftAlone()
        case .capacityIsThere:
            let capacity = try await hypervisor.capacity()
            try demand(capacity.processors > 0 && capacity.memory.bytes > 0, "a host has something: \(capacity)")
        }
    }

    /// A started machine for one check, taken away whatever the check says.
    func trial(_ body: (DomainPlan, Machine) async throws -> Void) async throws {
        let machine = try await make()
        let result = await Result {
            try await hypervisor.start(machine.plan, xml: machine.xml)
            try await body(machine.plan, machine)
        }
        let removal = await Result { try await hypervisor.remove(machine.plan.uuid) }
        try await machine.takeAway()
        try result.get()
        try removal.get()
    }

    func found(_ machine: UUID) async throws -> FoundMachine? {
        try await hypervisor.machines().first { $0.id == machine }
    }
}
