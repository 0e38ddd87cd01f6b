import Isolation
import Mesos
import SwiftProtobuf

extension Operator {
    typealias Listed = Mesos_V1_Agent_Response.GetContainers.Container

    /// The containers that are alive: those of executors, and the others if asked for. What cannot be told of one is left
    /// out.
    func containers(standalone: Bool) async -> [Listed] {
        let executors = await executors.infos
        let usage = (try? await containerizer.usage()) ?? [:]
        var all: [Listed] = []
        for record in await containerizer.list() where !record.life.state.isEnded {
            let executor = executors[record.id]
            guard executor != nil || standalone else { continue }
            let status = try? await containerizer.status(of: record.id)
            all.append(
                .with {
                    if let executor {
                        $0.frameworkID = executor.frameworkID
                        $0.executorID = executor.executorID
                        $0.executorName = executor.name
                    }
                    $0.containerID.value = record.id.description
                    if let status { $0.containerStatus = Mesos_V1_ContainerStatus(status, record.id) }
                    if let usage = usage[record.id] { $0.resourceStatistics = Mesos_V1_ResourceStatistics(usage) }
                })
        }
        return all
    }
}

extension Mesos_V1_ContainerStatus {
    init(_ status: Isolation.ContainerStatus, _ id: Isolation.ContainerID) {
        self.init()
        containerID.value = id.description
        if let process = status.process { executorPid = UInt32(process) }
        if let address = status.address {
            networkInfos = [.with { $0.ipAddresses = [.with { $0.ipAddress = address }] }]
        }
    }
}

extension Mesos_V1_ResourceStatistics {
    /// What is not known stays unset.
    init(_ usage: ResourceUsage) {
        self.init()
        timestamp = usage.timestamp ?? 0
        if let value = usage.cpusUserSeconds { cpusUserTimeSecs = value }
        if let value = usage.cpusSystemSeconds { cpusSystemTimeSecs = value }
        if let value = usage.cpusLimit { cpusLimit = value }
        if let value = usage.cpusPeriods { cpusNrPeriods = UInt32(clamping: value) }
        if let value = usage.cpusThrottledPeriods { cpusNrThrottled = UInt32(clamping: value) }
        if let value = usage.cpusThrottledSeconds { cpusThrottledTimeSecs = value }
        if let value = usage.memoryLimitBytes { memLimitBytes = value }
        if let value = usage.memoryTotalBytes { memTotalBytes = value }
        if let value = usage.memoryResidentBytes { memRssBytes = value }
        if let value = usage.diskLimitBytes { diskLimitBytes = value }
        if let value = usage.diskUsedBytes { diskUsedBytes = value }
        if let value = usage.received {
            (netRxBytes, netRxPackets, netRxErrors, netRxDropped) = (
                value.bytes, value.packets, value.errors, value.dropped
            )
        }
        if let value = usage.sent {
            (netTxBytes, netTxPackets, netTxErrors, netTxDropped) = (
                value.bytes, value.packets, value.errors, value.dropped
            )
        }
    }
}
