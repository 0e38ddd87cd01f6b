import Foundation
import Mesos
import SwiftProtobuf
import Testing

@testable import Agent

struct CallRulesTests {
    private func update(_ change: (inout Mesos_V1_TaskStatus) -> Void) -> Mesos_V1_Executor_Call {
        .with {
            $0.executorID.value = "e"
            $0.frameworkID.value = "f"
            $0.type = .update
            $0.update.status = .sample(.taskRunning, "t", 7)
            change(&$0.update.status)
        }
    }

    private func complaint(_ change: (inout Mesos_V1_TaskStatus) -> Void) -> String? {
        ExecutorCallRules.complaint(about: update(change))
    }

    @Test func aGoodUpdateIsGood() {
        #expect(complaint { _ in } == nil)
        #expect(complaint { $0.executorID.value = "e" } == nil)
    }

    @Test func theUUIDIsSixteenRawBytes() {
        #expect(complaint { $0.clearUuid() } != nil)
        #expect(complaint { $0.uuid = Data() } != nil)
        // The textual form, as Mesos' own documentation has it.
        #expect(complaint { $0.uuid = Data(UUID().uuidString.utf8) } != nil)
    }

    @Test func anExecutorSpeaksForItself() {
        #expect(complaint { $0.executorID.value = "other" }?.contains("other") == true)
        #expect(complaint { $0.source = .agent } != nil)
        #expect(complaint { $0.source = .master } != nil)
        #expect(complaint { $0.clearSource() } != nil)
    }

    @Test func stagingIsNotTheExecutorsToSay() { #expect(complaint { $0.state = .taskStaging } != nil) }

    @Test func aCheckHasWhatItsTypeSays() {
        #expect(complaint { $0.checkStatus = .init() } != nil)
        #expect(complaint { $0.checkStatus.type = .unknown } != nil)
        #expect(complaint { $0.checkStatus.type = .command } != nil)
        #expect(complaint { $0.checkStatus.type = .http } != nil)
        #expect(complaint { $0.checkStatus.type = .tcp } != nil)
        #expect(
            complaint {
                $0.checkStatus.type = .tcp
                $0.checkStatus.tcp = .init()
            } == nil)
    }

    @Test(arguments: [Mesos_V1_Executor_Call.TypeEnum.subscribe, .update, .message])
    func theMemberOfTheTypeIsThere(_ type: Mesos_V1_Executor_Call.TypeEnum) {
        let call = Mesos_V1_Executor_Call.with {
            $0.executorID.value = "e"
            $0.frameworkID.value = "f"
            $0.type = type
        }
        #expect(ExecutorCallRules.complaint(about: call) != nil)
    }

    @Test func theUpdatesOfASubscriberAreCheckedAsWell() {
        var call = update { _ in }
        call.type = .subscribe
        call.subscribe.unacknowledgedUpdates = [.with { $0.status = call.update.status }]
        #expect(ExecutorCallRules.complaint(about: call) == nil)
        call.subscribe.unacknowledgedUpdates[0].status.clearUuid()
        #expect(ExecutorCallRules.complaint(about: call) != nil)
    }
}
