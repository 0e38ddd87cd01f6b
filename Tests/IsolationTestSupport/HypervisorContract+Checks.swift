import FoundationEssentials
import Isolation
import TestSupport

extension HypervisorContract {
    func startedMachineRuns() async throws {
        try await trial { plan, _ in
            let (state, found) = (try await hypervisor.state(of: plan.uuid), try await found(plan.uuid))
            try demand(state == .running, "a started machine runs: \(state)")
            try demand(
                found?.isRunning == true && found?.name == plan.name, "it is listed: \(String(describing: found))")
            try demand(
                found?.owner == plan.owner.owner && found?.created == plan.owner.created,
                "it bears its tag: \(String(describing: found))")
        }
    }

    func secondStartIsRefused() async throws {
        try await trial { plan, machine in
            let second = await Result { try await hypervisor.start(plan, xml: machine.xml) }
            guard case .failure(let error) = second, error is BulkheadError else {
                throw ContractBreach(description: "a second start is refused by name, not \(second)")
            }
            try demand(try await hypervisor.state(of: plan.uuid) == .running, "and the first one's machine runs on")
        }
    }

    func removedMachineIsGone() async throws {
        try await trial { plan, _ in
            try await hypervisor.remove(plan.uuid)
            try demand(try await hypervisor.state(of: plan.uuid) == .gone, "a removed machine is gone")
            try demand(try await found(plan.uuid) == nil, "and listed no longer")
        }
    }

    func removingTwiceAndUnknown() async throws {
        try await trial { plan, _ in
            try await hypervisor.remove(plan.uuid)
            try await hypervisor.remove(plan.uuid)
        }
        try await hypervisor.remove(UUID())
    }

    func unknownMachine() async throws {
        let nobody = UUID()
        try demand(try await hypervisor.state(of: nobody) == .gone, "a machine that nobody knows is gone")
        try demand(try await hypervisor.statistics(of: nobody) == nil, "and has no statistics")
        for await event in try await hypervisor.events(of: nobody) {
            throw ContractBreach(description: "and has no events: \(event)")
        }
        let memory = await Result { try await hypervisor.setMemory(.mebibytes(128), of: nobody) }
        let processors = await Result {
            try await hypervisor.setProcessors(CPUAllocation(CPUs(thousandths: 1000)), of: nobody)
        }
        for case .success in [memory, processors] { throw ContractBreach(description: "and cannot be resized") }
    }

    /// Whoever listened hears of the end, and finds it in the state.
    func endIsTold() async throws {
        try await trial { plan, _ in
            let (events, id, hypervisor) = (try await hypervisor.events(of: plan.uuid), plan.uuid, hypervisor)
            let listener = Task {
                for await event in events where event == .stopped { return true }
                return false
            }
            try await hypervisor.remove(id)
            let late = BulkheadError(.launcherFailed, "events", "no end was told", remedy: "")
            try demand(
                try await within(limit, otherwise: { late }) { await listener.value },
                "the last event of a machine is its end")
        }
    }

    /// Of two machines with one question.
    func statisticsOfMany() async throws {
        try await trial { first, _ in
            try await trial { second, _ in
                let all = try await hypervisor.statistics()
                for plan in [first, second] {
                    guard let one = all[plan.uuid] else {
                        throw ContractBreach(description: "statistics() knows each machine that runs")
                    }
                    try demand((one.cpuTime ?? 0) > 0, "it has used a processor: \(one)")
                    try demand(one.balloon == plan.memory, "it has its memory: \(one)")
                }
                try demand(all[UUID()] == nil, "statistics() invents none")
            }
        }
    }

    func resizing() async throws {
        try await trial { plan, _ in
            try await hypervisor.setProcessors(
                CPUAllocation(CPUs(thousandths: 500), virtualCPUs: plan.cpu.virtualCPUs), of: plan.uuid)
            let wish = Memory(bytes: plan.memory.bytes / 4 * 3)
            try await hypervisor.setMemory(wish, of: plan.uuid)
            // A guest follows once it has booted so far.
            try await eventually("a balloon that follows", within: limit) {
                try await hypervisor.statistics(of: plan.uuid)?.balloon == wish ? true : nil
            }
        }
    }

    func foreignMachineIsLeftAlone() async throws {
        try await trial { plan, _ in
            let before = try await found(foreign)
            try demand(before != nil && before?.owner == nil, "a machine that is not ours is listed, without an owner")
            try await hypervisor.remove(plan.uuid)
            try demand(try await found(foreign) == before, "and stays as it is")
        }
    }
}
