import Foundation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

/// JSON and binary say the same, whatever message it is.
struct RoundTripTests {
    @Test func aTaskWithEverythingIsTheSameAfterBothForms() throws {
        let json = """
            {"name":"web","task_id":{"value":"t"},"agent_id":{"value":"a"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.5}},
            {"name":"ports","type":"RANGES","ranges":{"range":[{"begin":1,"end":2},{"begin":5,"end":9}]}},
            {"name":"disks","type":"SET","set":{"item":["a","b"]},"reservations":[{"type":"DYNAMIC","role":"r"}]}],
            "command":{"value":"true","environment":{"variables":[{"name":"A","value":"b"}]},"uris":[{"value":"u"}]},
            "health_check":{"type":"HTTP","http":{"port":80,"statuses":[200,204]}},
            "container":{"type":"MESOS","volumes":[{"container_path":"p","mode":"RO"}],"mesos":{}},
            "kill_policy":{"grace_period":{"nanoseconds":3000000000}},"data":"AAEC",
            "labels":{"labels":[{"key":"k","value":"v"},{"key":"l"}]},"limits":{"mem":{"value":64}}}
            """
        let task = try MesosJSON.decode(Mesos_V1_TaskInfo.self, from: Array(json.utf8))
        #expect(task.resources[1].ranges.range.map(\.end) == [2, 9])
        #expect(task.healthCheck.http.statuses == [200, 204])
        // The defaults are written, so a first pass may add them.
        let once = try MesosJSON.decode(Mesos_V1_TaskInfo.self, from: MesosJSON.encode(task))
        #expect(once.command.shell && once.command.hasShell && !task.command.hasShell)
        #expect(try MesosJSON.decode(Mesos_V1_TaskInfo.self, from: MesosJSON.encode(once)) == once)
        #expect(try Mesos_V1_TaskInfo(serializedBytes: once.serializedBytes() as [UInt8]) == once)
    }

    /// Fields 2 of Call.Message and 1 of Event.Message hold the same thing: an old asymmetry that must stay.
    @Test func theTwoMessagesDifferInTheirNumbers() throws {
        let call = Mesos_V1_Executor_Call.Message.with { $0.data = .init([7]) }
        let event = Mesos_V1_Executor_Event.Message.with { $0.data = .init([7]) }
        #expect(try call.serializedBytes() as [UInt8] == [18, 1, 7])
        #expect(try event.serializedBytes() as [UInt8] == [10, 1, 7])
    }

    @Test func unknownFieldsOfATaskAreKept() throws {
        var bytes: [UInt8] = try Mesos_V1_TaskID.with { $0.value = "t" }.serializedBytes()
        bytes += [0xFA, 0x07, 1, 65]  // Field 127, a text.
        let id = try Mesos_V1_TaskID(serializedBytes: bytes)
        #expect(try id.serializedBytes() as [UInt8] == bytes)
        #expect(try MesosJSON.encode(id) == Array(#"{"value":"t"}"#.utf8))
    }

    @Test func noiseIsRefusedOrReadAndNeverTraps() throws {
        var random = SeededGenerator(seed: 9)
        let good = Array(
            #"{"executor_id":{"value":"e"},"framework_id":{"value":"f"},"type":"UPDATE","update":{"status":{"task_id":{"value":"t"},"state":"TASK_RUNNING","uuid":"AAAA","timestamp":1.5e3,"labels":{"labels":[{"key":"\u00e9"}]}}}}"#
                .utf8)
        var accepted = 0
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(good.randomElement(using: &random)!, at: place)
                }
            }
            guard let call = try? MesosJSON.decode(Mesos_V1_Executor_Call.self, from: bytes) else { continue }
            accepted += 1
            _ = try MesosJSON.encode(call)
        }
        #expect((1..<4000).contains(accepted))
    }
}
