import FoundationEssentials
import Mesos

/// `POST /api/v1/executor`: the order of checks and their status codes are Mesos'. docs/executors.md
public struct ExecutorEndpoint: HTTPHandler {
    /// Of one call, in bytes. A SUBSCRIBE may bring many tasks again.
    static let bodyLimit = 8 << 20
    private let executors: Executors
    private let known = KnownTokens()

    public init(_ executors: Executors) { self.executors = executors }

    public func answer(_ call: HTTPCall) async -> HTTPAnswer {
        do throws(Refusal) { return try await serve(call) } catch { return error.answer }
    }

    private func serve(_ call: HTTPCall) async throws(Refusal) -> HTTPAnswer {
        let caller = try authenticate(call)
        guard await executors.phase != .recovering else {
            throw Refusal(status: 503, text: "Agent has not finished recovery")
        }
        guard call.method == "POST" else {
            throw Refusal(
                status: 405, text: "Expecting 'POST', received '\(call.method)'", headers: [("Allow", "POST")])
        }
        let message = try await read(call)
        let form = MediaType.accepted(by: call.headers["Accept"])
        if message.type == .subscribe, form == nil {
            throw Refusal(
                status: 406, text: "Expecting 'Accept' to allow application/json or application/x-protobuf")
        }
        guard message.type != .heartbeat else { return HTTPAnswer(status: 202) }
        switch try await executors.receive(message, caller, form ?? .json) {
        case .accepted: return HTTPAnswer(status: 202)
        case .stream(let records):
            return HTTPAnswer(
                status: 200, headers: [("Content-Type", (form ?? .json).rawValue)], body: .stream(records))
        }
    }

    private func authenticate(_ call: HTTPCall) throws(Refusal) -> ExecutorCaller {
        guard let secret = executors.secret else { return .anybody }
        if !executors.options.needsToken, call.headers["Authorization"] == nil { return .address(call.peer) }
        let challenge = "Bearer realm=\"mesos-agent-executor\""
        let header = call.headers["Authorization"] ?? ""
        guard header.prefix("bearer ".count).lowercased() == "bearer " else {
            throw Refusal(
                status: 401, text: "Expecting an executor's token", headers: [("WWW-Authenticate", challenge)])
        }
        let text = header.dropFirst("bearer ".count)
        do throws(ExecutorToken.Refusal) {
            return .token(try known.token(text, secret: secret, now: Date().timeIntervalSince1970))
        } catch {
            let why = "\(challenge), error=\"invalid_token\", error_description=\"\(error.why)\""
            throw Refusal(status: 401, text: error.why, headers: [("WWW-Authenticate", why)])
        }
    }

    private func read(_ call: HTTPCall) async throws(Refusal) -> Mesos_V1_Executor_Call {
        guard let type = call.headers["Content-Type"] else {
            throw Refusal(status: 400, text: "Expecting 'Content-Type' to be present")
        }
        guard let form = MediaType(rawValue: type), form != .recordio else {
            throw Refusal(
                status: 415, text: "Expecting 'Content-Type' of application/json or application/x-protobuf")
        }
        let message: Mesos_V1_Executor_Call
        do {
            message = try form.decode(from: try await call.body.collect(upTo: Self.bodyLimit))
        } catch let error as MalformedMessage {
            throw Refusal(status: 400, text: "Failed to parse body into Call: \(error)")
        } catch HTTPBodyError.tooLarge(let limit) {
            throw Refusal(status: 413, text: "A call has at most \(limit) bytes")
        } catch {
            throw Refusal(status: 400, text: "The body did not come to its end")
        }
        if let why = ExecutorCallRules.complaint(about: message) {
            throw Refusal(status: 400, text: "Failed to validate executor::Call: \(why)")
        }
        return message
    }
}
