import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    enum Reply: Sendable {
        case accepted
        case stream(AsyncStream<[UInt8]>)
    }

    /// Takes a call that is well formed.
    func receive(
        _ call: Mesos_V1_Executor_Call, _ caller: ExecutorCaller, _ form: MediaType
    ) async throws(Refusal) -> Reply {
        guard phase == .running || phase == .reregistering else {
            throw Refusal(status: 503, text: "Agent is not ready")
        }
        let found = executor(call.frameworkID.value, call.executorID.value)
        // One that is back already is served: its updates would be lost until it subscribes again.
        if call.type != .subscribe, phase == .reregistering, found?.isBack != true {
            throw Refusal(status: 503, text: "Agent has not finished recovery")
        }
        guard frameworks[call.frameworkID.value] != nil else {
            throw Refusal(status: 400, text: "Framework cannot be found")
        }
        guard let executor = found else { throw Refusal(status: 400, text: "Executor cannot be found") }
        if case .address = caller { await learnStatus(of: executor) }
        try check(caller, executor)
        guard call.type == .subscribe || executor.state != .registering else {
            throw Refusal(status: 403, text: "Executor is not subscribed")
        }
        switch call.type {
        case .subscribe:
            await learnStatus(of: executor)
            return .stream(try subscribe(executor, call.subscribe, form))
        case .update:
            try await take(Report(call.update.status, from: executor))
        case .message:
            let framework = executor.stored.framework
            // There is no scheduler behind the agent's own framework.
            guard isRemote(framework) else { break }
            news([
                .message(
                    .with {
                        $0.slaveID = agentID
                        $0.frameworkID.value = framework
                        $0.executorID = executor.stored.info.executorID
                        $0.data = call.message.data
                    })
            ])
        case .unknown, .heartbeat: throw Refusal(status: 501, text: "Call type is not known here")
        }
        return .accepted
    }

    private func check(_ caller: ExecutorCaller, _ executor: Executor) throws(Refusal) {
        switch caller {
        case .token(let token):
            let own = ExecutorToken(
                framework: executor.stored.framework, executor: executor.stored.info.executorID.value,
                container: executor.container.description)
            guard token == own else { throw Refusal(status: 403, text: "The token is another executor's") }
        case .address(let address):
            let own = executor.containerStatus?.networkInfos.first?.ipAddresses.first?.ipAddress
            guard let address, address == own else {
                throw Refusal(status: 403, text: "The executor's container has another address")
            }
        case .anybody: break
        }
    }

    /// Asks once: neither address nor name of a container changes.
    private func learnStatus(of executor: Executor) async {
        guard executor.containerStatus == nil else { return }
        let address = try? await containerizer.status(of: executor.container).address
        executor.containerStatus = .with {
            $0.containerID.value = executor.container.description
            let own = place.endpoint.split(separator: ":").dropLast().joined(separator: ":")
            $0.networkInfos = [.with { $0.ipAddresses = [.with { $0.ipAddress = address ?? own }] }]
        }
    }
}
