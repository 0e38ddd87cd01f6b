import Foundation
import Glibc
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

/// A master that says what no master would.
struct FakeMasterTests {
    @Test(.timeLimit(.minutes(2))) func aMasterThatWantsNoAgentHasItsWay() async throws {
        let master = try await FakeMaster()
        let agent = try await master.agent()
        try await master.say(Mesos_Internal_ShutdownMessage.with { $0.message = "not you" }, to: agent)
        try await master.expectRefused(agent, "not you")
    }

    /// An id that is none is no registration; the agent goes on asking.
    @Test(.timeLimit(.minutes(2))) func anIDThatIsNoneIsNotTaken() async throws {
        let master = try await FakeMaster()
        let agent = try await master.agent()
        try await agent.hear("SlaveRegisteredMessage", [0x0A, 0x7F, 1], as: master.name)
        for id in ["", "a/b", "..", String(repeating: "x", count: 300), "a\nb"] {
            try await master.say(Mesos_Internal_SlaveRegisteredMessage.with { $0.slaveID.value = id }, to: agent)
        }
        let sofar = master.heard.count { $0.name == "RegisterSlaveMessage" }
        try await master.heard("RegisterSlaveMessage", count: sofar + 2)
        #expect(!agent.program.errorText.contains(" registered"), "\(agent.program.errorText)")
        try await master.register(agent)
        // Told twice is told once.
        try await master.say(Mesos_Internal_SlaveRegisteredMessage.with { $0.slaveID.value = "one" }, to: agent)
        try await master.say(Mesos_Internal_SlaveRegisteredMessage.with { $0.slaveID.value = "two" }, to: agent)
        try await master.expectRefused(agent, "two")
    }

    /// It asks under its own id; who takes it for another is not its master.
    @Test(.timeLimit(.minutes(2))) func aMasterThatTakesUsForAnotherIsLeft() async throws {
        let master = try await FakeMaster()
        let agent = try await master.agent()
        // It does not ping.
        try await master.register(agent, pingTimeout: 1)
        let again = try await master.heard("ReregisterSlaveMessage")
        #expect(try Mesos_Internal_ReregisterSlaveMessage(serializedBytes: again.body).slave.id.value == "one")
        try await master.say(Mesos_Internal_SlaveReregisteredMessage.with { $0.slaveID.value = "other" }, to: agent)
        try await master.expectRefused(agent, "other")
    }

    /// Times and amounts that are none; a ping is answered to whoever sent it, and says whether we are known.
    @Test(.timeLimit(.minutes(2)), arguments: [Double.infinity, .nan, -1, 1e300])
    func aPingTimeoutThatIsNoneIsLeftAside(_ timeout: Double) async throws {
        let master = try await FakeMaster()
        let agent = try await master.agent()
        try await master.register(agent, pingTimeout: timeout)
        try await agent.hear(Mesos_Internal_PingSlaveMessage.with { $0.connected = true }, as: master.observer)
        #expect(try await master.heard("PongSlaveMessage").receiver == "slave-observer(1)")
        try await agent.hear(Mesos_Internal_PingSlaveMessage.with { $0.connected = false }, as: master.observer)
        try await master.heard("ReregisterSlaveMessage")
        #expect(try await agent.get("/health").status == 200)
    }
}
