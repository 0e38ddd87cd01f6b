import Isolation
import Mesos
import SwiftProtobuf

/// Nested containers, as calls ask for them.
extension Operator {
    /// - Returns: 200 where its command runs; 202 where one of this id is alive.
    func launchNested(_ order: NestedOrder) async throws(Refusal) -> Int {
        try await nested.launch(order) == nil ? 202 : 200
    }

    func waitNested(_ id: Mesos_V1_ContainerID) async throws(Refusal) -> Mesos_V1_Agent_Response.WaitContainer {
        let id = try NestedID(id)
        if let container = await nested.container(id) {
            guard let termination = try? await container.ended.value() else {
                throw Refusal(status: 503, text: "The agent does not wait any more")
            }
            return .init(termination)
        }
        guard let record = NestedRecord.read(id, places) else { throw NestedContainers.unknown(id) }
        if let termination = record.termination { return .init(termination) }
        return .with {
            ($0.state, $0.reason) = (.taskFailed, .agentRestarted)
            $0.message = "The agent was restarted: nested containers end with it"
        }
    }

    /// Those that are alive in containers that are listed.
    func nestedContainers(in roots: [Listed]) async -> [Listed] {
        let ids = await nested.list()
        return roots.flatMap { root in
            ids.filter { $0.root.description == root.containerID.value }.map { id in
                var listed = root
                listed.clearContainerStatus()
                listed.clearResourceStatistics()
                listed.containerID = id.message
                return listed
            }
        }
    }

    func killNested(_ id: Mesos_V1_ContainerID, _ signal: Int32) async throws(Refusal) -> Int {
        try await nested.kill(try NestedID(id), signal)
        return 200
    }

    func removeNested(_ id: Mesos_V1_ContainerID) async throws(Refusal) -> Int {
        try await nested.remove(try NestedID(id))
        return 200
    }
}

extension Mesos_V1_Agent_Response.WaitNestedContainer {
    init(_ end: Mesos_V1_Agent_Response.WaitContainer) {
        self.init()
        if end.hasExitStatus { exitStatus = end.exitStatus }
        if end.hasState { state = end.state }
        if end.hasReason { reason = end.reason }
        if end.hasMessage { message = end.message }
    }
}
