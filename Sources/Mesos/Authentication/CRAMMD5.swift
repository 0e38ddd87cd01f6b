import Crypto
import FoundationEssentials
public import SwiftProtobuf

/// One attempt to prove to a master who we are, by CRAM-MD5. It decides; who owns it sends, and sets the deadline.
public struct CRAMMD5: Sendable {
    public enum Action: Sendable {
        /// To be sent to whoever sent what was taken.
        case answer(any Message)
        case succeeded
        /// The master does not believe us: another attempt would end the same.
        case refused
        /// Another attempt may end better.
        case failed(String)
        /// Late, repeated, or of somebody else.
        case none
    }

    private enum State {
        case waitingForMechanisms
        case waitingForChallenge(session: UPID)
        case waitingForResult(session: UPID)
        case over
    }

    private let credential: MesosCredential
    private var state = State.waitingForMechanisms

    public init(_ credential: MesosCredential) { self.credential = credential }

    /// What begins the attempt, for the master itself.
    ///
    /// - Parameter agent: the address that is to be believed, not the one that authenticates.
    public static func request(for agent: UPID) -> any Message {
        Mesos_Internal_AuthenticateMessage.with { $0.pid = agent.description }
    }

    /// Takes a message that came to the process which authenticates.
    public mutating func take(_ message: LibprocessMessage) -> Action {
        switch state {
        case .waitingForMechanisms: return offered(message)
        case .waitingForChallenge(let session), .waitingForResult(let session):
            return message.sender == session ? continued(message) : .none
        case .over: return .none
        }
    }

    private mutating func offered(_ message: LibprocessMessage) -> Action {
        switch message.name {
        case Mesos_Internal_AuthenticationMechanismsMessage.protoMessageName:
            guard let offer = try? Mesos_Internal_AuthenticationMechanismsMessage(serializedBytes: message.body) else {
                return end(.failed("the master's offer cannot be read"))
            }
            guard offer.mechanisms.contains("CRAM-MD5") else {
                let offered = offer.mechanisms.prefix(8).joined(separator: ", ")
                return end(.failed("the master offers \(offered), and not CRAM-MD5"))
            }
            state = .waitingForChallenge(session: message.sender)
            return .answer(
                Mesos_Internal_AuthenticationStartMessage.with {
                    $0.mechanism = "CRAM-MD5"
                    // Set and empty, as the release sends it.
                    $0.data = .init()
                })
        case Mesos_Internal_AuthenticationErrorMessage.protoMessageName: return end(.failed(Self.error(message)))
        default: return .none
        }
    }

    private mutating func continued(_ message: LibprocessMessage) -> Action {
        switch message.name {
        case Mesos_Internal_AuthenticationStepMessage.protoMessageName: return challenged(message)
        case Mesos_Internal_AuthenticationCompletedMessage.protoMessageName:
            guard case .waitingForResult = state else { return end(.failed("the master asked for no proof")) }
            return end(.succeeded)
        case Mesos_Internal_AuthenticationFailedMessage.protoMessageName: return end(.refused)
        case Mesos_Internal_AuthenticationErrorMessage.protoMessageName: return end(.failed(Self.error(message)))
        default: return .none
        }
    }

    private mutating func challenged(_ message: LibprocessMessage) -> Action {
        guard case .waitingForChallenge(let session) = state else { return .none }
        guard let step = try? Mesos_Internal_AuthenticationStepMessage(serializedBytes: message.body),
            !step.data.isEmpty
        else { return end(.failed("the master's challenge cannot be read")) }
        let key = SymmetricKey(data: Array(credential.secret.utf8))
        let code = HMAC<Insecure.MD5>.authenticationCode(for: step.data, using: key)
        let digits = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        state = .waitingForResult(session: session)
        return .answer(
            Mesos_Internal_AuthenticationStepMessage.with { $0.data = .init("\(credential.principal) \(digits)".utf8) })
    }

    private mutating func end(_ action: Action) -> Action {
        state = .over
        return action
    }

    private static func error(_ message: LibprocessMessage) -> String {
        let said = try? Mesos_Internal_AuthenticationErrorMessage(serializedBytes: message.body)
        return "the master had an error: \((said?.error ?? "").prefix(200))"
    }
}
