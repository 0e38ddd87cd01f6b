import Foundation
import Isolation
import IsolationTestSupport

/// A launcher that keeps its contract but for one promise.
struct FaultyLauncher: Launcher {
    enum Fault: String, CaseIterable {
        case everythingEndsWell, doublesOutput, losesErrors, neverSaysThatTheCommandRuns, stopLeavesTheMachine
        case stopsOnlyOnce, stopNeedsAStart, endedIsDeaf, executeIsDeaf, dropsSignals, signalEndsTheMachine,
            listsNothing
        case bearsNoTag, leavesOrphans, measuresOnlyTheFirst, inventsStatistics, forgetsAfterARestart
        case besideEndsWell, besideIsMute, besideIsDeaf, besideGoesOn, besideDropsSignals, besideIsRefused
    }

    let fault: Fault
    let honest: FakeLauncher
    var name: String { "faulty" }

    init(_ fault: Fault, _ host: FakeHost) {
        self.fault = fault
        honest = FakeLauncher(host: host)
    }

    func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws {
        try await honest.start(container, plan)
    }

    func ended(_ container: ContainerContext) async throws -> Termination {
        guard fault == .endedIsDeaf else { return try await honest.ended(container) }
        return await shielded { (try? await honest.ended(container)) ?? Termination(.guestPoweredOff) }
    }

    func execute(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        var execution = execution
        if fault == .neverSaysThatTheCommandRuns { execution.commandRuns = {} }
        if fault == .forgetsAfterARestart, execution.isResumed { return Termination(.exited(0)) }
        if fault == .executeIsDeaf {
            let told = execution
            return await shielded {
                (try? await honest.execute(container, plan, told)) ?? Termination(.guestPoweredOff)
            }
        }
        let termination = try await honest.execute(container, plan, execution)
        if fault == .everythingEndsWell { return Termination(.exited(0)) }
        guard let sandbox = container.sandbox else { return termination }
        if fault == .doublesOutput { try change(sandbox + "/stdout") { $0 + $0 } }
        if fault == .losesErrors { try change(sandbox + "/stderr") { _ in Data() } }
        return termination
    }

    private func change(_ path: String, _ body: (Data) -> Data) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else { return }
        try body(bytes).write(to: URL(fileURLWithPath: path))
    }

    func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        var beside = beside
        switch fault {
        case .besideIsRefused: throw BulkheadError(.unsupported, "container", "it cannot", remedy: "")
        case .besideIsMute: beside.streams.errors = { _ in }
        case .besideDropsSignals: beside.streams.signals = AsyncStream { _ in }
        case .besideIsDeaf, .besideGoesOn:
            let told = beside
            let task = Task { try await honest.runBeside(container, plan, told) }
            return fault == .besideGoesOn ? try await abandonable { try await task.value } : try await task.value
        default: break
        }
        let termination = try await honest.runBeside(container, plan, beside)
        return fault == .besideEndsWell ? Termination(.exited(0)) : termination
    }

    func signal(_ number: Int32, to container: ContainerContext) async {
        switch fault {
        case .dropsSignals: return
        case .signalEndsTheMachine: try? await honest.stop(container)
        default: await honest.signal(number, to: container)
        }
    }

    func stop(_ container: ContainerContext) async throws {
        let exists = try await honest.machines().contains { $0.id == container.record.machine }
        let isFussy = fault == .stopsOnlyOnce || fault == .stopNeedsAStart
        if isFussy, !exists { throw StrangeError("there is no machine") }
        if fault != .stopLeavesTheMachine { try await honest.stop(container) }
    }

    func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics] {
        switch fault {
        case .measuresOnlyTheFirst: try await honest.statistics(Array(containers.prefix(1)))
        case .inventsStatistics: Dictionary(uniqueKeysWithValues: containers.map { ($0.id, MachineStatistics()) })
        default: try await honest.statistics(containers)
        }
    }

    func machines() async throws -> [FoundMachine] {
        let found = try await honest.machines()
        switch fault {
        case .listsNothing: return []
        case .bearsNoTag:
            return found.map { FoundMachine(id: $0.id, name: $0.name, owner: nil, isRunning: $0.isRunning) }
        default: return found
        }
    }

    func remove(_ orphan: FoundMachine) async throws {
        if fault != .leavesOrphans { try await honest.remove(orphan) }
    }

    func evidence(_ container: ContainerContext) -> [String] { [] }
}
