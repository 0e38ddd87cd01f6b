public import FoundationEssentials
public import Isolation
import Synchronization

/// Machines that are nothing but a state, and do what a test says.
public final class FakeHypervisor: Hypervisor {
    fileprivate struct Machine {
        var plan: DomainPlan
        var state = MachineState.running
        var listeners: [AsyncStream<MachineEvent>.Continuation] = []
    }

    private struct State {
        var machines: [UUID: Machine] = [:]
        var foreign: [FoundMachine] = []
        var isAway = false
        var questions = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// A machine that is none of ours.
    public func add(_ machine: FoundMachine) { state.withLock { $0.foreign.append(machine) } }

    /// How often the state of a machine was asked for.
    public var questions: Int { state.withLock { $0.questions } }

    /// Changes a machine's state, and tells of it in events if there are any.
    public func change(_ machine: UUID, to new: MachineState? = nil, telling events: [MachineEvent] = []) {
        let listeners = state.withLock { state in
            if let new { state.machines[machine]?.state = new }
            return state.machines[machine]?.listeners ?? []
        }
        for listener in listeners { for event in events { listener.yield(event) } }
    }

    /// As a daemon that is killed: every call fails, and nobody hears of anything.
    public func goAway() {
        let listeners = state.withLock { state in
            state.isAway = true
            defer { for id in state.machines.keys { state.machines[id]?.listeners = [] } }
            return state.machines.values.flatMap(\.listeners)
        }
        for listener in listeners { listener.finish() }
    }

    public func comeBack() { state.withLock { $0.isAway = false } }

    /// How many listen for events of a machine.
    public func listeners(of machine: UUID) -> Int { state.withLock { $0.machines[machine]?.listeners.count ?? 0 } }

    private func asking<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
        try state.withLock { state in
            if state.isAway { throw BulkheadError(.hypervisorLost, "fake hypervisor", "it is away", remedy: "wait") }
            return try body(&state)
        }
    }

    public func capacity() async throws -> HostCapacity {
        try asking { _ in HostCapacity(processors: 8, memory: .mebibytes(8192), disk: .mebibytes(8192)) }
    }

    public func start(_ plan: DomainPlan, xml: String) async throws {
        try asking { state in
            guard state.machines[plan.uuid] == nil else {
                throw BulkheadError(.startFailed, "domain \(plan.name)", "it runs already", remedy: "end it first")
            }
            state.machines[plan.uuid] = Machine(plan: plan)
        }
    }

    public func remove(_ machine: UUID) async throws {
        let listeners = try asking { $0.machines.removeValue(forKey: machine)?.listeners ?? [] }
        for listener in listeners {
            listener.yield(.stopped)
            listener.finish()
        }
    }

    public func state(of machine: UUID) async throws -> MachineState {
        try asking { state in
            state.questions += 1
            return state.machines[machine]?.state ?? .gone
        }
    }

    public func events(of machine: UUID) async throws -> any AsyncSequence<MachineEvent, Never> & Sendable {
        let (stream, continuation) = AsyncStream.makeStream(of: MachineEvent.self)
        let isKnown = try asking { state in
            state.machines[machine]?.listeners.append(continuation)
            return state.machines[machine] != nil
        }
        if !isKnown { continuation.finish() }
        return stream
    }

    public func machines() async throws -> [FoundMachine] {
        try asking { state in
            state.foreign
                + state.machines.values.map {
                    FoundMachine(
                        id: $0.plan.uuid, name: $0.plan.name, owner: $0.plan.owner.owner,
                        isRunning: $0.state == .running,
                        created: $0.plan.owner.created)
                }
        }
    }

    public func statistics() async throws -> [UUID: MachineStatistics] {
        try asking { $0.machines.filter { $0.value.state == .running }.mapValues(\.statistics) }
    }

    public func statistics(of machine: UUID) async throws -> MachineStatistics? {
        try asking { $0.machines[machine]?.statistics }
    }

    public func setProcessors(_ cpu: CPUAllocation, of machine: UUID) async throws {
        try change(machine) { $0.plan.cpu = cpu }
    }

    public func setMemory(_ memory: Memory, of machine: UUID) async throws {
        try change(machine) { $0.plan.memory = memory }
    }

    private func change(_ machine: UUID, _ body: (inout Machine) -> Void) throws {
        try asking { state in
            guard var known = state.machines[machine] else {
                throw BulkheadError(.hypervisorRefused, "domain \(machine)", "there is none", remedy: "start it")
            }
            body(&known)
            state.machines[machine] = known
        }
    }
}

extension FakeHypervisor.Machine {
    fileprivate var statistics: MachineStatistics {
        var statistics = MachineStatistics()
        (statistics.cpuTime, statistics.balloon, statistics.resident) = (1_000_000_000, plan.memory, plan.memory)
        return statistics
    }
}
