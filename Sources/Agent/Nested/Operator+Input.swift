import Isolation
import Mesos

/// Input for a container: a stream of calls, the first of which names it.
extension Operator {
    /// - Parameter form: of the records.
    /// - Returns: at the end of the stream, or of the container.
    func attachInput(_ body: HTTPBody, _ form: MediaType) async throws(Refusal) -> HTTPAnswer {
        let target = Once<NestedContainer>()
        defer { if case .success(let container)? = target.current { container.input?.giveBack() } }
        do {
            return try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await self.pass(body, form, target) }
                group.addTask {
                    _ = try await target.value().ended.value()
                    return HTTPAnswer(status: 200)
                }
                guard let answer = try await group.next() else { throw CancellationError() }
                return answer
            }
        } catch let refusal as Refusal { throw refusal } catch let error as MalformedMessage {
            throw Refusal(status: 400, text: "Failed to parse the stream: \(error)")
        } catch { throw Refusal(status: 400, text: "The stream broke off") }
    }

    private func pass(_ body: HTTPBody, _ form: MediaType, _ target: Once<NestedContainer>) async throws -> HTTPAnswer {
        var decoder = RecordIO.Decoder(limit: nested.limits.record)
        for try await part in body {
            for record in try decoder.take(part) {
                let call = try form.decode(Mesos_V1_Agent_Call.self, from: record)
                if case .success(let container)? = target.current {
                    try await pass(call, to: container)
                } else {
                    target.fulfil(.success(try await self.target(of: call)))
                }
            }
        }
        guard decoder.isBetweenRecords, target.current != nil else {
            throw Refusal(status: 400, text: "The stream ends before a record does, or without any")
        }
        return HTTPAnswer(status: 200)
    }

    private func target(of call: Mesos_V1_Agent_Call) async throws -> NestedContainer {
        let input = call.attachContainerInput
        guard call.type == .attachContainerInput, input.type == .containerID, input.hasContainerID else {
            throw Refusal(status: 400, text: "Expecting the first record to be an ATTACH_CONTAINER_INPUT of a CONTAINER_ID")
        }
        if let problem = CallRules.problem(in: input.containerID, "attach_container_input") {
            throw Refusal(status: 400, text: problem)
        }
        guard input.containerID.hasParent else { throw await refusal(ofRoot: input.containerID) }
        let id = try NestedID(input.containerID)
        guard let container = await nested.container(id), container.isAlive else { throw NestedContainers.unknown(id) }
        guard let taken = container.input else {
            throw Refusal(status: 500, text: "The input of \(id) is empty: it was launched without a terminal")
        }
        guard taken.take() else { throw Refusal(status: 409, text: "Somebody else sends to \(id)") }
        return container
    }

    private func refusal(ofRoot id: Mesos_V1_ContainerID) async -> Refusal {
        let isAlive = await containerizer.list().contains { $0.id.description == id.value && !$0.life.state.isEnded }
        guard isAlive else { return NestedContainers.unknown(id.text) }
        return Refusal(status: 500, text: "The input of \(id.text) is empty; launch a session in it")
    }

    private func pass(_ call: Mesos_V1_Agent_Call, to container: NestedContainer) async throws {
        let io = call.attachContainerInput.processIo
        guard call.type == .attachContainerInput, call.attachContainerInput.type == .processIo, io.hasType else {
            throw Refusal(status: 400, text: "Expecting an ATTACH_CONTAINER_INPUT of a PROCESS_IO")
        }
        switch (io.type, io.data.type, io.control.type) {
        case (.data, .stdin, _):
            do { try await container.input?.add(Array(io.data.data)) } catch is BoundedQueue<[UInt8]>.ReaderGone {
                throw Refusal(status: 500, text: "The input of \(container.id) has ended")
            }
        case (.control, _, .heartbeat): return
        case (.control, _, .ttyInfo):
            let size = io.control.ttyInfo.windowSize
            guard container.hasTerminal, io.control.ttyInfo.hasWindowSize,
                (1...10_000).contains(size.columns), (1...10_000).contains(size.rows)
            else { throw Refusal(status: 400, text: "There is no terminal, or no such size of one") }
            container.resize(Int(size.columns), Int(size.rows))
        default: throw Refusal(status: 400, text: "Expecting STDIN, TTY_INFO or HEARTBEAT")
        }
    }
}
