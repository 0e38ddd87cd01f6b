import Mesos
import Testing

@testable import Agent

struct MasterInboxTests {
    private let master = UPID(id: "master", host: "192.0.2.1", port: 5050)

    private func message(_ name: String, from sender: String = "master@192.0.2.1:5050", to receiver: String = "slave(1)") throws
        -> LibprocessMessage
    {
        LibprocessMessage(sender: try #require(UPID(sender)), receiver: receiver, name: name, body: [])
    }

    private func taken(_ inbox: MasterInbox) async -> [String] {
        inbox.finish()
        var names: [String] = []
        for await _ in inbox.arrivals { names += inbox.take().map { "\($0.receiver)/\($0.name)" } }
        return names
    }

    @Test func onlyTheLeadingMastersAddressIsHeard() async throws {
        let inbox = MasterInbox(needsPeerAddress: true)
        #expect(inbox.receive(try message("before"), peer: "192.0.2.1"))
        inbox.expect(master)
        #expect(inbox.receive(try message("other", from: "master@192.0.2.9:5050"), peer: "192.0.2.9"))
        #expect(inbox.receive(try message("port", from: "master@192.0.2.1:5051"), peer: "192.0.2.1"))
        #expect(inbox.receive(try message("peer"), peer: "192.0.2.9"))
        #expect(inbox.receive(try message("socket"), peer: nil))
        #expect(inbox.receive(try message("ping", from: "slave-observer(1)@192.0.2.1:5050"), peer: "192.0.2.1"))
        #expect(inbox.receive(try message("step", to: "crammd5-authenticatee(1)"), peer: "192.0.2.1"))
        #expect(!inbox.receive(try message("nobody", to: "slave(2)"), peer: "192.0.2.1"))
        #expect(await taken(inbox) == ["slave(1)/ping", "crammd5-authenticatee(1)/step"])
    }

    @Test func anAddressBehindTranslationIsHeardWhereItIsSaid() async throws {
        let inbox = MasterInbox(needsPeerAddress: false)
        inbox.expect(master)
        #expect(inbox.receive(try message("ping"), peer: "198.51.100.1"))
        #expect(await taken(inbox) == ["slave(1)/ping"])
    }

    @Test func theLastLeaderIsHeardWhileNoneIsKnown() async throws {
        let inbox = MasterInbox(needsPeerAddress: true)
        inbox.expect(master)
        inbox.expect(nil)
        #expect(inbox.receive(try message("ping"), peer: "192.0.2.1"))
        inbox.expect(UPID(id: "master", host: "192.0.2.7", port: 5050))
        #expect(inbox.receive(try message("late"), peer: "192.0.2.1"))
        #expect(await taken(inbox) == ["slave(1)/ping"])
    }

    @Test func moreThanCanWaitIsDropped() async throws {
        let inbox = MasterInbox(needsPeerAddress: false)
        inbox.expect(master)
        for _ in 0..<MasterInbox.capacity + 10 { #expect(inbox.receive(try message("x"), peer: nil)) }
        #expect(await taken(inbox).count == MasterInbox.capacity)
    }
}
