import SwiftProtobuf

@testable import Mesos

extension FuzzTarget {
    static let mesos = [
        FuzzTarget("recordio", seeds: [[9] + RecordIO.encode([UInt8]("hello")) + RecordIO.encode([])]) { bytes in
            func records(_ parts: [[UInt8]]) -> [[UInt8]]? {
                var decoder = RecordIO.Decoder(limit: 1 << 20)
                return try? parts.flatMap { try decoder.take($0) }
            }
            let (first, second) = bytes.halves
            let whole = records([first + second])
            try hold(whole == records([first, second]), "a cut changes the records")
            guard let whole else { return }
            let again = records([whole.flatMap { RecordIO.encode($0) }])
            try hold(again == whole, "written records are read otherwise")
        },
        message("executor-call", Mesos_V1_Executor_Call.self),
        message("agent-call", Mesos_V1_Agent_Call.self),
        message("task-info", Mesos_V1_TaskInfo.self),
        FuzzTarget("protobuf") { bytes in
            // The first byte chooses the type.
            let types: [any Message.Type] = [
                Mesos_V1_Executor_Call.self, Mesos_V1_Agent_Call.self, Mesos_Internal_RunTaskMessage.self,
                Mesos_Internal_RunTaskGroupMessage.self, Mesos_Internal_SlaveReregisteredMessage.self,
                Mesos_Internal_CheckpointResourcesMessage.self, Mesos_Internal_DrainSlaveMessage.self,
                Mesos_Internal_UpdateFrameworkMessage.self, Mesos_Internal_StatusUpdateAcknowledgementMessage.self,
            ]
            guard let choice = bytes.first else { return }
            try type(of: types[Int(choice) % types.count].init()).examine(Array(bytes.dropFirst()))
        },
        FuzzTarget(
            "libprocess",
            seeds: [[UInt8]("/slave(1)/mesos.internal.PingSlaveMessage\nslave-observer(1)@127.0.0.1:5050\nbody")]
        ) { bytes in
            let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return }
            let texts = parts.prefix(2).map { String(decoding: $0, as: UTF8.self) }
            let message = LibprocessMessage(
                method: "POST", target: texts[0], headers: [("Libprocess-From", texts[1])], body: Array(parts[2]))
            guard let message else { return }
            try hold(UPID(message.sender.description) == message.sender, "\(message.sender) is another when read again")
            let head = message.encoded(to: message.sender).prefix { $0 != 0x0A }
            try hold(!head.dropLast().contains { $0 < 0x20 }, "\(texts) breaks the line that it is sent in")
        },
        FuzzTarget("zookeeper", seeds: zooKeeper) { bytes in
            let (first, second) = bytes.halves
            func frames(_ parts: [[UInt8]]) -> [[UInt8]]? {
                var frames = JuteFrames()
                return try? parts.flatMap { try frames.take($0) }
            }
            let whole = frames([first + second])
            try hold(whole == frames([first, second]), "a cut changes the frames")
            for frame in whole ?? [] {
                _ = try? ZooKeeperProtocol.Connected(frame)
                guard var reply = try? ZooKeeperProtocol.Reply(frame) else { continue }
                let texts = try? reply.rest.texts()
                for node in texts?.compactMap({ MasterNode($0) }) ?? [] { _ = node.master(frame) }
            }
        },
        FuzzTarget(
            "master-node",
            seeds: [
                [UInt8]("json.info_0000000007\n" + #"{"id":"m","ip":1,"port":5050,"address":{"ip":"127.0.0.1","port":5050}}"#),
                [UInt8]("0000000001\nmaster@127.0.0.1:5050"),
            ]
        ) { bytes in
            let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let node = MasterNode(String(decoding: parts[0], as: UTF8.self)) else { return }
            guard let master = node.master(Array(parts[1])) else { return }
            try hold(master.port > 0 && UPID(master.description) == master, "\(master) is no address")
        },
    ]

    private static let zooKeeper: [[UInt8]] = {
        var list = JuteWriter()
        for number: Int32 in [7] { list.write(number) }
        list.write(Int64(12))
        for number: Int32 in [0, 2] { list.write(number) }
        list.write("json.info_0000000003")
        list.write("log_replicas")
        let session = ZooKeeperProtocol.connect(.init(id: 5, password: [1, 2]), seen: 3, timeout: .seconds(10))
        return [[128] + list.frame, [0] + session, [3] + list.frame + list.frame]
    }()

    /// JSON of a call, as anybody may send it.
    private static func message<M: Message>(_ name: String, _ type: M.Type) -> FuzzTarget {
        FuzzTarget(name) { bytes in
            guard let message = try? MesosJSON.decode(M.self, from: bytes) else { return }
            guard let json = try? MesosJSON.encode(message) else {
                throw Broken(description: "what was read cannot be written")
            }
            let again = try? MesosJSON.decode(M.self, from: json)
            let repeated = try again.map { try MesosJSON.encode($0) }
            try hold(repeated == json, "what was written is read otherwise: \(String(decoding: json, as: UTF8.self))")
        }
    }
}

extension Message {
    /// In protobuf's form, and over into JSON.
    fileprivate static func examine(_ bytes: [UInt8]) throws(Broken) {
        guard let message = try? Self(serializedBytes: bytes), let json = try? MesosJSON.encode(message) else { return }
        let again = (try? MesosJSON.decode(Self.self, from: json)).flatMap { try? MesosJSON.encode($0) }
        try hold(again == json, "\(protoMessageName) is read otherwise: \(String(decoding: json, as: UTF8.self))")
    }
}
