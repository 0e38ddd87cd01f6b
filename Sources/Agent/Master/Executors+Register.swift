import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// What a master is told of this agent when it registers.
extension Executors {
    /// Mesos' release whose protocol this is.
    static let masterProtocol = "1.11.0"

    /// What we do, and nothing else: a master relies on it.
    static let capabilities: [Mesos_V1_AgentInfo.Capability] = [
        .multiRole, .hierarchicalRole, .reservationRefinement, .agentDraining,
    ].map { type in .with { $0.type = type } }

    /// This agent as the master shows it.
    ///
    /// - Parameter port: where the master reaches it.
    func info(port: Int) -> Mesos_V1_AgentInfo {
        var info = agent
        info.port = Int32(port)
        if membership.agent == nil { info.clearID() }
        return info
    }

    func registration(port: Int) -> Mesos_Internal_RegisterSlaveMessage {
        .with {
            $0.slave = info(port: port).checkpointing
            $0.version = Self.masterProtocol
            $0.checkpointedResources = membership.resources
            $0.agentCapabilities = Self.capabilities
        }
    }

    /// All that the master does not know for certain: tasks that have not ended, or whose end it has not acknowledged.
    func reregistration(port: Int) -> Mesos_Internal_ReregisterSlaveMessage {
        let remote = executors.values.filter { isRemote($0.stored.framework) && !$0.isSilent }.sorted { $0.number < $1.number }
        let open = remote.flatMap { executor in
            tasks(of: executor).filter { !$0.state.isTerminal || streams.oldest(key($0)) != nil }
        }
        let infos = remote.filter { $0.state != .terminated && !$0.stored.isCommandExecutor }.map {
            allocated($0.stored.info, in: $0.stored.framework)
        }
        let named = Set(open.map(\.framework) + infos.map(\.frameworkID.value)).subtracting(closing)
        return .with {
            $0.slave = info(port: port).checkpointing
            $0.tasks = open.filter { named.contains($0.framework) }.compactMap(told)
            $0.executorInfos = infos.filter { named.contains($0.frameworkID.value) }
            $0.version = Self.masterProtocol
            $0.checkpointedResources = membership.resources
            $0.frameworks = named.sorted().compactMap { frameworks[$0] }
            $0.agentCapabilities = Self.capabilities
        }
    }

    private func told(_ task: StoredTask) -> Mesos_V1_Task? {
        guard var told = summary(key(task)) else { return nil }
        told.agentID = agent.id
        told.resources = allocated(told.resources, in: task.framework)
        // One of each state: a master keeps them all.
        var history: [Mesos_V1_TaskStatus] = []
        for status in told.statuses {
            if history.last?.state == status.state { history.removeLast() }
            history.append(status)
        }
        told.statuses = history
        if let oldest = streams.oldest(key(task)) {
            told.statusUpdateState = oldest.status.state
            told.statusUpdateUuid = oldest.status.uuid
        }
        return told
    }

    private func allocated(_ info: Mesos_V1_ExecutorInfo, in framework: String) -> Mesos_V1_ExecutorInfo {
        var info = info
        info.frameworkID.value = framework
        info.resources = allocated(info.resources, in: framework)
        return info
    }

    /// A resource without its role would end the master.
    private func allocated(_ resources: [Mesos_V1_Resource], in framework: String) -> [Mesos_V1_Resource] {
        resources.map { resource in
            guard !resource.hasAllocationInfo else { return resource }
            var resource = resource
            resource.allocationInfo.role = frameworks[framework]?.roles.first ?? frameworks[framework]?.role ?? "*"
            return resource
        }
    }

    /// Stored first.
    func change(_ body: (inout Membership) -> Void) throws(BulkheadError) {
        var changed = membership
        body(&changed)
        try store.save(changed)
        membership = changed
    }

    func forgetMembership() {
        do { try change { $0.agent = nil } } catch {
            log.error("id not forgotten", metadata: ["error": "\(error)"])
        }
    }

    /// The master has given us an id, or knows us by ours. Stored before anything is done in its name.
    func join(as info: Mesos_V1_AgentInfo) throws(BulkheadError) {
        if membership.agent != info { try change { $0.agent = info } }
    }
}

extension Mesos_V1_AgentInfo {
    /// Mesos' older SlaveInfo has a field more, `checkpoint` (7), without which a master takes an agent for one that
    /// forgets its tasks.
    fileprivate var checkpointing: Self {
        let bytes = (try? serializedBytes() as [UInt8]) ?? []
        return (try? Self(serializedBytes: bytes + [7 << 3, 1])) ?? self
    }
}
