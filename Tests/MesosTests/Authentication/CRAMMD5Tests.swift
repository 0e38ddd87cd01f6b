import Foundation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

/// With the words of a recording of the release's agent and master.
struct CRAMMD5Tests {
    private let session = UPID(id: "crammd5-authenticator-session(1)", host: "127.0.0.1", port: 5050)

    private func message(_ message: some Message, from sender: UPID? = nil) throws -> LibprocessMessage {
        LibprocessMessage(
            sender: sender ?? session, receiver: "crammd5-authenticatee(1)", name: type(of: message).protoMessageName,
            body: try message.serializedBytes())
    }

    private let offer = Mesos_Internal_AuthenticationMechanismsMessage.with { $0.mechanisms = ["CRAM-MD5"] }
    private let challenge = Mesos_Internal_AuthenticationStepMessage.with {
        $0.data = .init("<1470250601.64445@vm>".utf8)
    }

    private func answer(_ action: CRAMMD5.Action) throws -> [UInt8] {
        guard case .answer(let message) = action else { throw WaitFailure(what: "an answer, not \(action)") }
        return try message.serializedBytes()
    }

    private func isNone(_ action: CRAMMD5.Action) -> Bool { if case .none = action { true } else { false } }
    private func isRefused(_ action: CRAMMD5.Action) -> Bool { if case .refused = action { true } else { false } }
    private func failure(_ action: CRAMMD5.Action) -> String? { if case .failed(let why) = action { why } else { nil } }

    @Test func aRecordedAttemptIsRepeatedByteForByte() throws {
        let agent = UPID(id: "slave(1)", host: "127.0.0.1", port: 5051)
        let request: [UInt8] = try CRAMMD5.request(for: agent).serializedBytes()
        #expect(request == [10, 23] + Array("slave(1)@127.0.0.1:5051".utf8))
        var attempt = CRAMMD5(MesosCredential(principal: "agent", secret: Recorded.secret))
        #expect(try answer(attempt.take(message(offer))) == [10, 8] + Array("CRAM-MD5".utf8) + [18, 0])
        #expect(
            try answer(attempt.take(message(challenge)))
                == [10, 38] + Array("agent 4e46837112c5f7f6ab48bd536f5a3389".utf8))
        guard case .succeeded = attempt.take(try message(Mesos_Internal_AuthenticationCompletedMessage())) else {
            throw WaitFailure(what: "success")
        }
        #expect(isNone(attempt.take(try message(challenge))))
    }

    /// RFC 2195's own example.
    @Test func theProofIsTheStandards() throws {
        var attempt = CRAMMD5(MesosCredential(principal: "tim", secret: "tanstaaftanstaaf"))
        _ = attempt.take(try message(offer))
        let step = Mesos_Internal_AuthenticationStepMessage.with {
            $0.data = .init("<1896.697170952@postoffice.reston.mci.net>".utf8)
        }
        #expect(
            try answer(attempt.take(message(step))).dropFirst(2)
                == Array("tim b913a602c7eda7a495b4e6e7334d3890".utf8)[...])
    }

    @Test func whatIsLateOrOfOthersIsIgnored() throws {
        var attempt = CRAMMD5(MesosCredential(principal: "agent", secret: "s"))
        #expect(isNone(attempt.take(try message(challenge))))
        #expect(isNone(attempt.take(try message(Mesos_Internal_AuthenticationCompletedMessage()))))
        _ = attempt.take(try message(offer))
        #expect(isNone(attempt.take(try message(offer))))
        let other = UPID(id: "crammd5-authenticator-session(2)", host: "127.0.0.1", port: 5050)
        #expect(isNone(attempt.take(try message(challenge, from: other))))
        _ = try answer(attempt.take(message(challenge)))
        #expect(isNone(attempt.take(try message(challenge))))
        #expect(isNone(attempt.take(try message(Mesos_Internal_AuthenticationFailedMessage(), from: other))))
        #expect(isRefused(attempt.take(try message(Mesos_Internal_AuthenticationFailedMessage()))))
        #expect(isNone(attempt.take(try message(Mesos_Internal_AuthenticationCompletedMessage()))))
    }

    @Test func successWithoutAProofIsNone() throws {
        var attempt = CRAMMD5(MesosCredential(principal: "agent", secret: "s"))
        _ = attempt.take(try message(offer))
        #expect(failure(attempt.take(try message(Mesos_Internal_AuthenticationCompletedMessage()))) != nil)
    }

    @Test func errorsAreTold() throws {
        var attempt = CRAMMD5(MesosCredential(principal: "agent", secret: "s"))
        let other = Mesos_Internal_AuthenticationMechanismsMessage.with { $0.mechanisms = ["PLAIN"] }
        #expect(failure(attempt.take(try message(other)))?.contains("PLAIN") == true)
        attempt = CRAMMD5(MesosCredential(principal: "agent", secret: "s"))
        let error = Mesos_Internal_AuthenticationErrorMessage.with { $0.error = "no room" }
        #expect(failure(attempt.take(try message(error)))?.contains("no room") == true)
        attempt = CRAMMD5(MesosCredential(principal: "agent", secret: "s"))
        var broken = try message(offer)
        broken.body = [10, 200]
        #expect(failure(attempt.take(broken)) != nil)
    }

    @Test func noiseNeverTrapsAndProvesNothing() throws {
        var random = SeededGenerator(seed: 21)
        let messages = [
            try message(offer), try message(challenge), try message(Mesos_Internal_AuthenticationCompletedMessage()),
            try message(Mesos_Internal_AuthenticationErrorMessage.with { $0.error = "e" }),
        ]
        for _ in 0..<2000 {
            var (attempt, answers) = (CRAMMD5(MesosCredential(principal: "agent", secret: "s")), 0)
            for _ in 0..<6 {
                guard var next = messages.randomElement(using: &random) else { continue }
                if !next.body.isEmpty, Bool.random(using: &random) {
                    let place = Int.random(in: 0..<next.body.count, using: &random)
                    next.body[place] = UInt8.random(in: 0...255, using: &random)
                }
                switch attempt.take(next) {
                case .answer: answers += 1
                case .succeeded: #expect(answers == 2)
                case .refused, .failed, .none: break
                }
            }
            #expect(answers <= 2)
        }
    }
}

private enum Recorded {
    static let secret = "agent-secret"
}
