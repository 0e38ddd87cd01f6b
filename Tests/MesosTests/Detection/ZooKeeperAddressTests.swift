import SwiftProtobuf
import TestSupport
import Testing

@testable import Mesos

struct ZooKeeperAddressTests {
    @Test func itsPartsAreFound() throws {
        let address = try ZooKeeperAddress("zk://user:p@ss:w/rd@one:2181,192.0.2.1:2182,[::1]:2183/mesos/test")
        #expect(address.servers.map(\.host) == ["one", "192.0.2.1", "::1"])
        #expect(address.servers.map(\.port) == [2181, 2182, 2183])
        #expect(address.path == "/mesos/test")
        #expect(address.credential == "user:p@ss:w/rd")
        #expect(address.description == "zk://…@one:2181,192.0.2.1:2182,[::1]:2183/mesos/test")
        #expect(try ZooKeeperAddress("zk://a:1/m").credential == nil)
    }

    @Test func mastersAreToldFromOtherNodes() {
        let known = ["json.info_0000000012", "info_0000000003", "0000000004"].map { MasterNode($0) }
        #expect(known.map { $0?.number } == [12, 3, 4])
        #expect(known.map { $0?.form } == [.json, .binary, .text])
        for name in [
            "", "log_replicas", "json.info_", "json.info_1", "json.info_00000000012", "other_0000000001", "_0000000001",
        ] {
            #expect(MasterNode(name) == nil, "\(name)")
        }
    }

    @Test func aMasterIsWhereItsNodeSays() throws {
        let json = try #require(MasterNode("json.info_0000000001"))
        let binary = try #require(MasterNode("info_0000000001"))
        let text = try #require(MasterNode("0000000001"))
        // As the release writes it, with a capability that our types do not know.
        let full =
            #"{"address":{"hostname":"h","ip":"192.0.2.7","port":5050},"#
            + #""capabilities":[{"type":"AGENT_UPDATE"},{"type":"QUOTA_V2"}],"hostname":"h","id":"i","ip":117571776,"#
            + #""pid":"master@192.0.2.7:5050","port":5050,"version":"1.11.0"}"#
        let master = UPID("master@192.0.2.7:5050")
        #expect(json.master(Array(full.utf8)) == master)
        #expect(json.master(Array(#"{"id":"i","address":{"ip":"192.0.2.7","port":5050}}"#.utf8)) == master)
        let info = Mesos_V1_MasterInfo.with {
            ($0.id, $0.ip, $0.port, $0.pid) = ("i", 1, 5050, "master@192.0.2.7:5050")
        }
        #expect(try binary.master(info.serializedBytes()) == master)
        #expect(text.master(Array("master@192.0.2.7:5050".utf8)) == master)
        for bad in ["", "{", "{}", #"{"pid":"nobody"}"#, #"{"pid":"@0.0.0.0:0"}"#, #"{"address":{"ip":"h","port":1}}"#]
        {
            #expect(json.master(Array(bad.utf8)) == nil, "\(bad)")
            #expect(binary.master(Array(bad.utf8)) == nil, "\(bad)")
            #expect(text.master(Array(bad.utf8)) == nil, "\(bad)")
        }
    }

    @Test func noiseIsRefusedOrReadAndNeverTraps() throws {
        var random = SeededGenerator(seed: 33)
        for _ in 0..<5000 {
            var bytes = Array("zk://u:p@one:2181,two:2182/mesos".utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 5..<bytes.count, using: &random)] = UInt8.random(in: 1...127, using: &random)
            }
            guard let address = try? ZooKeeperAddress(String(decoding: bytes, as: UTF8.self)) else { continue }
            #expect(!address.servers.isEmpty && address.path.hasPrefix("/"))
        }
    }
}
