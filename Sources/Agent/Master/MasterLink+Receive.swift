import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// What a master says. Each message is taken only in the states in which Mesos' own agent takes it.
extension MasterLink {
    /// In their order; acknowledgements that follow on each other are stored together.
    func receive(_ messages: [LibprocessMessage]) async {
        var acknowledged: [(Executors.TaskKey, Data)] = []
        for message in messages {
            if let one = acknowledgement(message) {
                acknowledged.append(one)
                continue
            }
            await take(&acknowledged)
            await receive(message)
        }
        await take(&acknowledged)
    }

    private func take(_ acknowledged: inout [(Executors.TaskKey, Data)]) async {
        guard !acknowledged.isEmpty else { return }
        await executors.acknowledged(acknowledged)
        acknowledged = []
    }

    /// - Returns: nil for any other message, and for one that is none of the master's.
    private func acknowledgement(_ message: LibprocessMessage) -> (Executors.TaskKey, Data)? {
        guard message.name == Mesos_Internal_StatusUpdateAcknowledgementMessage.protoMessageName,
            message.receiver == Self.process, message.sender == leader,
            let body = try? Mesos_Internal_StatusUpdateAcknowledgementMessage(serializedBytes: message.body)
        else { return nil }
        return (Executors.TaskKey(framework: body.frameworkID.value, id: body.taskID.value), body.uuid)
    }

    private func receive(_ message: LibprocessMessage) async {
        if message.receiver == Self.authenticatee { return receiveForAuthentication(message) }
        if message.name == Mesos_Internal_PingSlaveMessage.protoMessageName { return await ping(message) }
        // The address was looked at before: another process there is not the master.
        guard let leader, message.sender == leader else { return drop(message, "its sender is not the leading master") }
        switch message.name {
        case Mesos_Internal_SlaveRegisteredMessage.protoMessageName: await read(message, welcome)
        case Mesos_Internal_SlaveReregisteredMessage.protoMessageName: await read(message, welcomeBack)
        case Mesos_Internal_ShutdownMessage.protoMessageName: await read(message, shutDown)
        default: await receiveWork(message)
        }
    }

    /// Executors may be talked to from the end of recovery on; what ends a framework's things needs a registration.
    private func receiveWork(_ message: LibprocessMessage) async {
        guard await executors.phase == .running else { return drop(message, "recovery has not ended") }
        switch message.name {
        case Mesos_Internal_RunTaskMessage.protoMessageName: await read(message, run)
        case Mesos_Internal_RunTaskGroupMessage.protoMessageName: await read(message, runGroup)
        case Mesos_Internal_KillTaskMessage.protoMessageName: await read(message, kill)
        case Mesos_Internal_FrameworkToExecutorMessage.protoMessageName: await read(message, pass)
        default:
            guard standing == .registered else { return drop(message, "we are not registered") }
            await receiveRegistered(message)
        }
    }

    private func receiveRegistered(_ message: LibprocessMessage) async {
        switch message.name {
        case Mesos_Internal_ShutdownExecutorMessage.protoMessageName: await read(message, shutDownExecutor)
        case Mesos_Internal_ShutdownFrameworkMessage.protoMessageName: await read(message, shutDownFramework)
        case Mesos_Internal_UpdateFrameworkMessage.protoMessageName: await read(message, updateFramework)
        case Mesos_Internal_CheckpointResourcesMessage.protoMessageName: await read(message, checkpoint)
        case Mesos_Internal_DrainSlaveMessage.protoMessageName: await read(message, drain)
        default: drop(message, "its type is not known here")
        }
    }

    private func drop(_ message: LibprocessMessage, _ why: String) {
        log.info("message dropped", metadata: ["type": "\(message.name)", "sender": "\(message.sender)", "why": "\(why)"])
    }

    private func read<Body: SwiftProtobuf.Message>(
        _ message: LibprocessMessage, _ take: (Body) async -> Void
    ) async {
        guard let body = try? Body(serializedBytes: message.body) else { return drop(message, "it cannot be read") }
        await take(body)
    }

    private func ping(_ message: LibprocessMessage) async {
        guard message.sender.id.hasPrefix("slave-observer(") else { return drop(message, "its sender is no observer") }
        await read(message) { (ping: Mesos_Internal_PingSlaveMessage) in
            send(Mesos_Internal_PongSlaveMessage(), to: message.sender)
            lastPing = .now
            if !ping.connected { await rejoin(because: "the master takes us for disconnected") }
        }
    }

    private func welcome(_ message: Mesos_Internal_SlaveRegisteredMessage) async {
        guard TaskCheck.isID(message.slaveID.value) else { return log.warning("the master gave us an id that is none") }
        if let known = await executors.membership.agent?.id, known != message.slaveID {
            return refused("the master gave us the id \(message.slaveID.value), and we are \(known.value)")
        }
        await join(as: message.slaveID, message.hasConnection ? message.connection : nil)
    }

    private func welcomeBack(_ message: Mesos_Internal_SlaveReregisteredMessage) async {
        guard await executors.membership.agent?.id == message.slaveID else {
            return refused("the master took us for \(message.slaveID.value)")
        }
        await join(as: message.slaveID, message.hasConnection ? message.connection : nil)
        for task in message.reconciliations {
            await executors.reconcile(
                task.statuses.map(\.taskID), of: task.frameworkID.value, task.hasFramework ? task.framework : nil)
        }
    }

    private func join(as id: Mesos_V1_AgentID, _ connection: Mesos_Internal_MasterSlaveConnection?) async {
        guard standing == .applying, let leader else { return }
        var info = await executors.info(port: own.port)
        info.id = id
        do { try await executors.join(as: info) } catch {
            // Asked for again by the next attempt.
            return log.error("registration not stored", metadata: ["error": "\(error)"])
        }
        registered(with: leader, connection)
        log.info("registered", metadata: ["agent.id": "\(id.value)"])
        await executors.resumeUpdates()
    }

    private func refused(_ why: String) {
        end.fulfil(
            .success(
                BulkheadError(
                    .masterRefused, "master \(leader.map(\.description) ?? "")", why,
                    remedy: "give the agent a --work_dir of its own for this cluster")))
    }

    /// The master wants nothing more of us.
    private func shutDown(_ message: Mesos_Internal_ShutdownMessage) async {
        log.warning("the master ends this agent", metadata: ["why": "\(message.message)"])
        await executors.shutDownFrameworks()
        end.fulfil(
            .success(
                BulkheadError(
                    .masterRefused, "master \(leader.map(\.description) ?? "")", "it ends this agent: \(message.message)",
                    remedy: "see its log; an agent that was marked gone needs a new --work_dir")))
    }

    private func run(_ message: Mesos_Internal_RunTaskMessage) async {
        await run(
            MasterOrder(
                framework: message.framework, scheduler: Self.scheduler(message.pid),
                executor: message.task.hasExecutor ? message.task.executor : nil, tasks: [message.task],
                launchesExecutor: message.hasLaunchExecutor ? message.launchExecutor : nil))
    }

    private func runGroup(_ message: Mesos_Internal_RunTaskGroupMessage) async {
        await run(
            MasterOrder(
                framework: message.framework, executor: message.executor, tasks: message.taskGroup.tasks, isGroup: true,
                launchesExecutor: message.hasLaunchExecutor ? message.launchExecutor : nil))
    }

    private func run(_ order: MasterOrder) async {
        guard !order.tasks.isEmpty, order.framework.hasID, order.framework.id.value != executors.local.id.value,
            order.tasks.allSatisfy({ $0.agentID == executors.agent.id })
        else { return log.warning("tasks that are not for us", metadata: ["framework.id": "\(order.framework.id.value)"]) }
        await executors.run(order)
    }

    private func kill(_ message: Mesos_Internal_KillTaskMessage) async {
        await executors.killByMaster(
            Executors.TaskKey(framework: message.frameworkID.value, id: message.taskID.value),
            message.hasKillPolicy ? message.killPolicy : nil)
    }

    private func pass(_ message: Mesos_Internal_FrameworkToExecutorMessage) async {
        await executors.message(message.data, to: message.executorID.value, of: message.frameworkID.value)
    }

    private func shutDownExecutor(_ message: Mesos_Internal_ShutdownExecutorMessage) async {
        await executors.shutDown(executor: message.executorID.value, of: message.frameworkID.value)
    }

    private func shutDownFramework(_ message: Mesos_Internal_ShutdownFrameworkMessage) async {
        await executors.shutDown(framework: message.frameworkID.value)
    }

    private func updateFramework(_ message: Mesos_Internal_UpdateFrameworkMessage) async {
        await executors.update(
            message.hasFrameworkInfo ? message.frameworkInfo : nil, message.frameworkID.value,
            Self.scheduler(message.pid))
    }

    private func drain(_ message: Mesos_Internal_DrainSlaveMessage) async {
        do { try await executors.drain(message.config) } catch {
            log.error("drain not stored", metadata: ["error": "\(error)"])
        }
    }

    private func checkpoint(_ message: Mesos_Internal_CheckpointResourcesMessage) async {
        await executors.checkpoint(message.resources, volumes)
    }

    /// - Returns: nil for a scheduler that speaks HTTP.
    private static func scheduler(_ pid: String) -> UPID? { UPID(pid).flatMap { $0.isEmpty ? nil : $0 } }
}
