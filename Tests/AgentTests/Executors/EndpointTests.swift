import Foundation
import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import Testing

@testable import Agent

/// Each row of the table of checks, in its order: what comes first decides.
struct EndpointTests {
    private func text(_ answer: HTTPAnswer) -> String {
        guard case .bytes(let bytes) = answer.body else { return "a stream" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func header(_ name: String, _ answer: HTTPAnswer) -> String? {
        answer.headers.first { $0.0 == name }?.1
    }

    @Test func row1AMissingTokenIsAskedFor() async throws {
        let trial = try await AgentTrial(isAuthenticating: true)
        let answer = await trial.answer([], method: "GET", headers: [])
        #expect(answer.status == 401)
        #expect(header("WWW-Authenticate", answer) == "Bearer realm=\"mesos-agent-executor\"")
        let basic = await trial.answer([], headers: [("Authorization", "Basic YTpi")])
        #expect(basic.status == 401)
    }

    @Test func row1ABadTokenIsSaidToBeBad() async throws {
        let trial = try await AgentTrial(isAuthenticating: true)
        let answer = await trial.answer([], headers: [("Authorization", "Bearer x.y.z")])
        #expect(answer.status == 401)
        let challenge = try #require(header("WWW-Authenticate", answer))
        #expect(challenge.contains("error=\"invalid_token\"") && challenge.contains("error_description=\""))
    }

    @Test func row2NothingIsServedBeforeRecovery() async throws {
        let trial = try await AgentTrial()
        try await trial.restart(recovering: false)
        let answer = await trial.answer([], method: "GET", headers: [])
        #expect(answer.status == 503)
        #expect(text(answer) == "Agent has not finished recovery\n")
        #expect(try await trial.send(trial.call(.subscribe)).status == 503)
    }

    @Test(arguments: ["GET", "PUT", "HEAD", "DELETE"])
    func row3OtherMethodsAreRefused(_ method: String) async throws {
        let answer = await (try await AgentTrial()).answer([], method: method, headers: [])
        #expect(answer.status == 405)
        #expect(header("Allow", answer) == "POST")
    }

    @Test func row4AContentTypeIsNeeded() async throws {
        #expect(await (try await AgentTrial()).answer([], headers: []).status == 400)
    }

    @Test(arguments: ["text/plain", "application/json; charset=utf-8", "Application/JSON", "application/recordio", ""])
    func row5OtherContentTypesAreRefused(_ type: String) async throws {
        #expect(await (try await AgentTrial()).answer([], headers: [("Content-Type", type)]).status == 415)
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"framework_id":{"value":"f"},"type":"SUBSCRIBE","subscribe":{}}"#])
    func row6ABodyThatIsNoCallIsRefused(_ body: String) async throws {
        #expect(await (try await AgentTrial()).answer(Array(body.utf8)).status == 400)
    }

    /// As deep as a body of the allowed size can be.
    @Test(arguments: ["[", "{\"a\":"]) func row6DeepBodiesAreRefused(_ opening: String) async throws {
        let body = String(repeating: opening, count: (1 << 20) / opening.utf8.count)
        for body in [body, #"{"type":"HEARTBEAT","x":"# + body] {
            #expect(await (try await AgentTrial()).answer(Array(body.utf8)).status == 400)
        }
    }

    @Test func row6BinaryBodiesAreCheckedAsWell() async throws {
        let trial = try await AgentTrial()
        let headers = [("Content-Type", "application/x-protobuf")]
        for body in [[], [0xFF], [8, 1]] as [[UInt8]] {
            #expect(await trial.answer(body, headers: headers).status == 400)
        }
        let call: [UInt8] = try trial.call(.heartbeat).serializedBytes()
        #expect(await trial.answer(call, headers: headers).status == 202)
    }

    @Test func aBodyThatIsTooLargeIsRefused() async throws {
        let body = [UInt8](repeating: 0x20, count: ExecutorEndpoint.bodyLimit + 1)
        #expect(await (try await AgentTrial()).answer(body).status == 413)
    }

    @Test func row7SubscribeNeedsAFormThatWeHave() async throws {
        let trial = try await AgentTrial()
        let body = try MesosJSON.encode(trial.call(.subscribe))
        let headers = [("Content-Type", "application/json"), ("Accept", "text/html, application/*;q=0")]
        #expect(await trial.answer(body, headers: headers).status == 406)
        let message = try MesosJSON.encode(trial.call(.heartbeat))
        #expect(await trial.answer(message, headers: headers).status == 202)
    }

    @Test func row8AHeartbeatIsTakenFromAnyone() async throws {
        let trial = try await AgentTrial()
        let call = trial.call(.heartbeat, "nobody") { $0.frameworkID.value = "none" }
        #expect(try await trial.send(call).status == 202)
    }

    @Test func row9OthersThanSubscribeWaitForTheEndOfRecovery() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.restart()
        #expect(await trial.executors.phase == .reregistering)
        #expect(try await trial.update(.taskRunning) == 503)
        #expect(try await trial.update(.taskRunning, by: "nobody") == 503)
        _ = try await trial.subscribe()
        #expect(await trial.executors.phase == .running)
        #expect(try await trial.update(.taskRunning) == 202)
    }

    @Test func row10UnknownOnesAreNamed() async throws {
        let trial = try await AgentTrial()
        let strange = try await trial.send(trial.call(.subscribe) { $0.frameworkID.value = "none" })
        #expect(strange.status == 400 && text(strange) == "Framework cannot be found\n")
        let nobody = try await trial.send(trial.call(.subscribe, "nobody"))
        #expect(nobody.status == 400 && text(nobody) == "Executor cannot be found\n")
    }

    @Test func row11ATokenIsGoodForItsOwnExecutorAlone() async throws {
        let trial = try await AgentTrial(isAuthenticating: true)
        for id in ["a", "b"] {
            try await trial.tasks.submit(.sample(id))
            try await trial.running(id)
        }
        let (own, foreign) = (try await trial.token(of: "a"), try await trial.token(of: "b"))
        #expect(try await trial.send(trial.call(.subscribe, "a"), token: foreign).status == 403)
        #expect(try await trial.send(trial.call(.subscribe, "a"), token: own).status == 200)
        #expect(try await trial.update(.taskRunning, of: "a", by: "a", token: foreign) == 403)
        #expect(try await trial.update(.taskRunning, of: "a", by: "a", token: own) == 202)
    }

    /// Executors of others, such as pymesos', know of no token.
    @Test func oneWithoutATokenIsKnownByItsAddressWhereThatIsWanted() async throws {
        let trial = try await AgentTrial(isAuthenticating: true) { $0.needsToken = false }
        try await trial.tasks.submit(.sample())
        try await trial.running()
        let subscribe = try MesosJSON.encode(trial.call(.subscribe))
        let type = ("Content-Type", "application/json")
        for peer in ["10.0.0.9", nil] {
            let answer = await trial.answer(subscribe, headers: [type], peer: peer)
            #expect(answer.status == 403 && text(answer) == "The executor's container has another address\n")
        }
        let forged = ("Authorization", "Bearer e30.e30.e30")
        #expect(await trial.answer(subscribe, headers: [type, forged], peer: "10.0.0.1").status == 401)
        #expect(await trial.answer(subscribe, headers: [type], peer: "10.0.0.1").status == 200)
        #expect(try await trial.send(trial.call(.subscribe), token: trial.token()).status == 200)
    }

    @Test func row11ATokenOfAnEarlierRunIsRefused() async throws {
        let trial = try await AgentTrial(isAuthenticating: true)
        try await trial.tasks.submit(.sample("one", executor: "e"))
        try await trial.running("e")
        let old = try await trial.token(of: "e")
        trial.household.host.endCommand(of: try await trial.machine(of: "e"), .exited(1))
        #expect(try await trial.end(of: "one").state == .taskFailed)
        try await trial.tasks.submit(.sample("two", executor: "e"))
        try await trial.running("e")
        #expect(try await trial.send(trial.call(.subscribe, "e"), token: old).status == 403)
        #expect(try await trial.send(trial.call(.subscribe, "e"), token: trial.token(of: "e")).status == 200)
    }

    @Test func row12WhoHasNotSubscribedSaysNothing() async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        let answer = try await trial.send(trial.call(.update) { $0.update.status = .sample(.taskRunning, "t", 1) })
        #expect(answer.status == 403 && text(answer) == "Executor is not subscribed\n")
    }

    @Test(arguments: [
        (String?.none, "application/json"), ("*/*", "application/json"),
        ("application/x-protobuf", "application/x-protobuf"),
    ])
    func row13ASubscriberGetsItsForm(_ accept: String?, _ type: String) async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        var headers = [("Content-Type", "application/json")]
        if let accept { headers.append(("Accept", accept)) }
        let answer = await trial.answer(try MesosJSON.encode(trial.call(.subscribe)), headers: headers)
        #expect(answer.status == 200 && header("Content-Type", answer) == type)
        guard case .stream(let records) = answer.body else { throw CancellationError() }
        var iterator = records.makeAsyncIterator()
        var decoder = RecordIO.Decoder(limit: 10_000)
        let bytes = try #require(await iterator.next())
        let record = try #require(try decoder.take(bytes).first)
        let form = try #require(MediaType(rawValue: type))
        #expect(try form.decode(Mesos_V1_Executor_Event.self, from: record).type == .subscribed)
    }

    @Test func row14UpdatesAndMessagesAreTaken() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        #expect(try await trial.update(.taskRunning) == 202)
        #expect(try await trial.send(trial.call(.message) { $0.message.data = Data([1]) }).status == 202)
    }

    @Test func row15UnknownIsNotImplemented() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        #expect(try await trial.send(trial.call(.unknown)).status == 501)
    }

    @Test(arguments: [
        (String?.none, MediaType?.some(.json)), ("", nil), ("*/*", .json), ("application/json", .json),
        ("APPLICATION/JSON;q=0.5", .json),
        ("application/x-protobuf", .protobuf), ("application/x-protobuf, application/json", .json),
        ("application/json;q=0, application/x-protobuf", .protobuf), ("text/html", nil),
        ("text/html, */*;q=0.1", .json),
    ])
    func acceptIsReadAsMesosReadsIt(_ header: String?, _ form: MediaType?) {
        #expect(MediaType.accepted(by: header) == form)
    }
}
