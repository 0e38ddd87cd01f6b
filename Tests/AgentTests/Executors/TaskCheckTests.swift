import Isolation
import Mesos
import SwiftProtobuf
import Testing

@testable import Agent

struct TaskCheckTests {
    private func reason(_ change: (inout Mesos_V1_TaskInfo) -> Void) -> BulkheadError.Reason? {
        var task = Mesos_V1_TaskInfo.sample()
        change(&task)
        do throws(BulkheadError) { try TaskCheck.check(task) } catch { return error.reason }
        return nil
    }

    @Test func aPlainTaskIsFine() { #expect(reason { _ in } == nil) }

    @Test(arguments: ["", ".", "..", "a/b", "a\\b", "a\nb", "a\u{7F}", String(repeating: "a", count: 256)])
    func idsAreNamesOfDirectories(_ id: String) { #expect(reason { $0.taskID.value = id } == .badName) }

    @Test func thereIsOneCommandOrOneExecutor() {
        #expect(reason { $0.clearCommand() } == .badOption)
        #expect(reason { $0.executor.executorID.value = "e" } == .badOption)
        #expect(reason { $0.command.value = "" } == .badOption)
        #expect(
            reason {
                $0.clearCommand()
                $0.executor.executorID.value = "e"
            } == .badOption)
    }

    @Test func resourcesAreThoseThatAContainerHas() {
        #expect(reason { $0.resources = [] } == .badResource)
        #expect(reason { $0.resources = [.scalar("cpus", 1)] } == .badResource)
        #expect(reason { $0.resources[1].scalar.value = 0 } == .badResource)
        #expect(reason { $0.resources[1].scalar.value = -5 } == .badResource)
        #expect(reason { $0.resources[1].scalar.value = .infinity } == .badResource)
        #expect(reason { $0.resources[1].scalar.value = .nan } == .badResource)
        #expect(reason { $0.resources.append(.scalar("gpus", 1)) } == .badResource)
        #expect(reason { $0.resources.append(.scalar("disk", 100)) } == nil)
    }

    @Test func whatIsNotDoneIsRefused() {
        #expect(reason { $0.command.uris = [.with { $0.value = "http://x/y" }] } == .badOption)
        #expect(reason { $0.container.type = .docker } == .badOption)
        #expect(
            reason {
                $0.container.type = .mesos
                $0.container.volumes = [.with { ($0.containerPath, $0.mode) = ("p", .rw) }]
            } == .badOption)
        #expect(
            reason { $0.command.environment.variables = [.with { ($0.name, $0.value) = ("A=B", "c") }] } == .badOption)
        #expect(reason { $0.killPolicy.gracePeriod.nanoseconds = -1 } == .badOption)
    }

    @Test func aSharesOfSeveralTasksAddUp() {
        let sum = TaskResources.sum([
            [.scalar("cpus", 0.1), .scalar("mem", 32)], [.scalar("cpus", 0.25), .scalar("mem", 0.5)],
        ])
        #expect(
            sum == Resources(cpus: CPUs(thousandths: 350), memory: .kibibytes(32 * 1024 + 512), disk: .mebibytes(64)))
    }
}
