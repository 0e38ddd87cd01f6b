import Mesos
import SwiftProtobuf

/// `POST /api/v1`. The order of checks and their status codes are Mesos'; docs/api.md
struct OperatorEndpoint: HTTPHandler {
    private let agent: Operator

    init(_ agent: Operator) { self.agent = agent }

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        do throws(Refusal) { return try await serve(call) } catch { return error.answer }
    }

    private func serve(_ call: HTTPCall) async throws(Refusal) -> HTTPAnswer {
        guard agent.isRecovered else { throw Refusal(status: 503, text: "Agent has not finished recovery") }
        guard call.method == "POST" else {
            throw Refusal(
                status: 405, text: "Expecting 'POST', received '\(call.method)'", headers: [("Allow", "POST")])
        }
        let type = try Self.form(call)
        let answerType = try Self.answerForm(call)
        let message = try await Self.message(call, type)
        try Self.checkStreams(message.type, type, answerType)
        if let answer = try await stream(message, call, answerType) { return answer }
        let (status, response) = try await agent.perform(message)
        guard let response else { return HTTPAnswer(status: status) }
        guard let bytes = try? answerType.encode(response) else {
            throw Refusal(status: 500, text: "The answer cannot be written")
        }
        return HTTPAnswer(status: status, headers: [("Content-Type", answerType.rawValue)], body: .bytes(bytes))
    }

    /// What is answered with a stream, or asks with one; nil for all other calls.
    private func stream(
        _ message: Mesos_V1_Agent_Call, _ call: HTTPCall, _ answerType: MediaType
    ) async throws(Refusal) -> HTTPAnswer? {
        func output() -> OutputForm {
            guard answerType == .recordio else { return OutputForm(message: answerType, isRecordIO: false) }
            return OutputForm(message: .accepted(by: call.headers["Message-Accept"]) ?? .json, isRecordIO: true)
        }
        switch message.type {
        case .launchNestedContainerSession:
            return try await agent.session(try NestedOrder(message.launchNestedContainerSession), output())
        case .attachContainerOutput:
            return try await agent.attachOutput(message.attachContainerOutput.containerID, output())
        case .attachContainerInput:
            let form = call.headers["Message-Content-Type"].flatMap(MediaType.init(rawValue:))
            return try await agent.attachInput(call.body, form ?? .json)
        default: return nil
        }
    }

    private static func form(_ call: HTTPCall) throws(Refusal) -> MediaType {
        guard let header = call.headers["Content-Type"] else {
            throw Refusal(status: 400, text: "Expecting 'Content-Type' to be present")
        }
        guard let type = MediaType(rawValue: header) else {
            throw Refusal(
                status: 415,
                text: "Expecting 'Content-Type' of application/json, application/x-protobuf or application/recordio")
        }
        let inner = call.headers["Message-Content-Type"]
        guard type == .recordio else {
            guard inner == nil else {
                throw Refusal(status: 415, text: "Expecting 'Message-Content-Type' to be not set for \(header)")
            }
            return type
        }
        guard let inner else {
            throw Refusal(status: 400, text: "Expecting 'Message-Content-Type' to be set for \(header)")
        }
        guard let form = MediaType(rawValue: inner), form != .recordio else {
            throw Refusal(
                status: 415, text: "Expecting 'Message-Content-Type' of application/json or application/x-protobuf")
        }
        return .recordio
    }

    private static func answerForm(_ call: HTTPCall) throws(Refusal) -> MediaType {
        let header = call.headers["Accept"]
        if let type = MediaType.accepted(by: header) {
            guard call.headers["Message-Accept"] == nil else {
                throw Refusal(status: 406, text: "Expecting 'Message-Accept' to be not set for \(type.rawValue)")
            }
            return type
        }
        guard header?.contains(MediaType.recordio.rawValue) == true else {
            throw Refusal(
                status: 406,
                text: "Expecting 'Accept' to allow application/json, application/x-protobuf or application/recordio")
        }
        guard MediaType.accepted(by: call.headers["Message-Accept"]) != nil else {
            throw Refusal(
                status: 406, text: "Expecting 'Message-Accept' to allow application/json or application/x-protobuf")
        }
        return .recordio
    }

    private static func message(_ call: HTTPCall, _ type: MediaType) async throws(Refusal) -> Mesos_V1_Agent_Call {
        // A stream of calls has one use.
        guard type != .recordio else { return .with { $0.type = .attachContainerInput } }
        let message: Mesos_V1_Agent_Call
        do {
            let body = try await call.body.collect(upTo: BodyLimit.call)
            message = try type.decode(from: body)
        } catch HTTPBodyError.tooLarge(let limit) {
            throw Refusal(status: 413, text: "A call has at most \(limit) bytes")
        } catch {
            throw Refusal(status: 400, text: "Failed to parse body into a call: \(error)")
        }
        if let problem = CallRules.problem(in: message) { throw Refusal(status: 400, text: problem) }
        return message
    }

    private static func checkStreams(
        _ call: Mesos_V1_Agent_Call.TypeEnum, _ type: MediaType, _ answerType: MediaType
    ) throws(Refusal) {
        guard (type == .recordio) == (call == .attachContainerInput) else {
            throw Refusal(
                status: 415, text: "Streaming 'Content-Type' is for ATTACH_CONTAINER_INPUT, and that call needs it")
        }
        let streams: [Mesos_V1_Agent_Call.TypeEnum] = [.attachContainerOutput, .launchNestedContainerSession]
        guard answerType != .recordio || streams.contains(call) else {
            throw Refusal(status: 406, text: "There is no streaming answer to this call")
        }
    }
}
