import SwiftProtobuf
import TestSupport
import Testing

@testable import Mesos

/// Against a real ZooKeeper.
@Suite(.serialized, .enabled(if: ZooKeeperServer.isThere, "no ZooKeeper: apt install zookeeper"))
struct ZooKeeperTests {
    private let one = UPID(id: "master", host: "192.0.2.1", port: 5050)
    private let two = UPID(id: "master", host: "192.0.2.2", port: 5050)

    private func follow(_ address: String, timeout: Duration = .seconds(30)) throws -> Leaders {
        Leaders(
            of: try masterDetector(
                for: "zk://\(address)", sessionTimeout: timeout))
    }

    private func json(_ master: UPID) -> [UInt8] { Array(#"{"id":"i","ip":1,"port":5050,"pid":"\#(master)"}"#.utf8) }

    @Test func leadersComeChangeAndGo() async throws {
        let server = try await ZooKeeperServer()
        let free = try SocketServer().port
        let leaders = try follow("127.0.0.1:\(free),127.0.0.1:\(server.port)/mesos/test")
        #expect(try await leaders.next() == nil)
        let (first, second) = (
            try await ZooKeeperWriter(port: server.port), try await ZooKeeperWriter(port: server.port)
        )
        for path in ["/mesos", "/mesos/test", "/mesos/test/log_replicas"] { try await first.create(path, stays: true) }
        try await first.create("/mesos/test/json.info_", json(one))
        #expect(try await leaders.next() == one)
        let info = Mesos_V1_MasterInfo.with { ($0.id, $0.ip, $0.port, $0.pid) = ("i", 1, 5050, two.description) }
        try await second.create("/mesos/test/info_", info.serializedBytes())
        try await first.close()
        #expect(try await leaders.next() == two)
        try await second.close()
        #expect(try await leaders.next() == nil)
        // The path itself goes, and comes again.
        let third = try await ZooKeeperWriter(port: server.port)
        for path in ["/mesos/test/log_replicas", "/mesos/test"] { try await third.delete(path) }
        try await third.create("/mesos/test", stays: true)
        try await third.create("/mesos/test/json.info_", json(one))
        #expect(try await leaders.next() == one)
    }

    @Test func aServerThatIsKilledAndComesBackChangesNothing() async throws {
        let server = try await ZooKeeperServer()
        let writer = try await ZooKeeperWriter(port: server.port)
        try await writer.create("/mesos", stays: true)
        let node = try await writer.create("/mesos/json.info_", json(one), stays: true)
        // One has time for it, the other one has not.
        let (patient, hasty) = (
            try follow("127.0.0.1:\(server.port)/mesos", timeout: .seconds(300)),
            try follow("127.0.0.1:\(server.port)/mesos", timeout: .seconds(2))
        )
        #expect(try await patient.next() == one)
        try await hasty.awaitLeader(one)
        try await server.kill()
        #expect(try await hasty.next() == nil)
        let back = try await ZooKeeperServer(after: server)
        try await hasty.awaitLeader(one)
        #expect(patient.isQuiet)
        try await ZooKeeperWriter(port: back.port).delete(node)
        #expect(try await patient.next(within: .seconds(120)) == nil)
    }

    @Test func onlyTheRightPasswordReads() async throws {
        let server = try await ZooKeeperServer()
        let writer = try await ZooKeeperWriter(port: server.port, credential: "user:p@ss")
        try await writer.create("/mesos", stays: true, isPrivate: true)
        try await writer.create("/mesos/json.info_", json(one), stays: true, isPrivate: true)
        #expect(try await follow("user:p@ss@127.0.0.1:\(server.port)/mesos").next() == one)
        for address in ["user:wrong@127.0.0.1", "127.0.0.1"] {
            let error = try await follow("\(address):\(server.port)/mesos").error()
            #expect(error?.reason == .accessDenied && error?.description.contains("wrong") == false)
        }
    }

    @Test(arguments: ["", "{", #"{"pid":"nobody"}"#])
    func contentThatNamesNoMasterIsAnError(_ content: String) async throws {
        let server = try await ZooKeeperServer()
        let writer = try await ZooKeeperWriter(port: server.port)
        try await writer.create("/mesos", stays: true)
        try await writer.create("/mesos/json.info_", Array(content.utf8))
        let error = try await follow("127.0.0.1:\(server.port)/mesos").error()
        #expect(error?.reason == .contentMalformed && error?.description.contains("json.info_0000000000") == true)
    }
}
