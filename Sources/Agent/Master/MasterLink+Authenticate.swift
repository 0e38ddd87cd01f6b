import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension MasterLink {
    /// The process that registers, and the one that authenticates it.
    public static let process = "slave(1)"
    static let authenticatee = "crammd5-authenticatee(1)"

    /// One attempt, and who waits for its end.
    struct Authentication {
        var exchange: CRAMMD5
        /// Nil for an end that another attempt may better.
        let end = Once<Bool>()
    }

    /// Proves who we are, however many attempts that takes.
    ///
    /// - Throws: ``BulkheadError`` with `credentialRefused` where the master does not believe us.
    func authenticate(_ credential: MesosCredential, with leader: UPID) async throws {
        var span = options.authenticationBackoff * 2
        while true {
            let attempt = Authentication(exchange: CRAMMD5(credential))
            authentication = attempt
            send(CRAMMD5.request(for: own), from: Self.authenticatee, to: leader)
            let limit = min(.seconds(5) + span * Double.random(in: 0...1), options.longestAuthenticationTimeout)
            span *= 2
            let isOver = BulkheadError(.connectionLost, "master \(leader)", "it does not answer", remedy: "it is asked again")
            let hasSucceeded: Bool
            do { hasSucceeded = try await within(limit, otherwise: { isOver }) { try await attempt.end.value() } } catch {
                try Task.checkCancellation()
                log.warning("not authenticated yet", metadata: ["error": "\(error)"])
                // One that answers with errors at once is not asked without a pause.
                try await Task.sleep(for: .milliseconds(200))
                continue
            }
            guard hasSucceeded else {
                throw BulkheadError(
                    .credentialRefused, "master \(leader)", "it does not take the credential of “\(credential.principal)”",
                    remedy: "see --credential, and the master's --credentials")
            }
            return log.info("authenticated", metadata: ["principal": "\(credential.principal)"])
        }
    }

    func receiveForAuthentication(_ message: LibprocessMessage) {
        guard var attempt = authentication else { return }
        defer { authentication = attempt }
        switch attempt.exchange.take(message) {
        case .answer(let answer): send(answer, from: Self.authenticatee, to: message.sender)
        case .succeeded: attempt.end.fulfil(.success(true))
        case .refused: attempt.end.fulfil(.success(false))
        case .failed(let why):
            let error = BulkheadError(.connectionLost, "master \(message.sender)", why, remedy: "it is asked again")
            attempt.end.fulfil(.failure(error))
        case .none: break
        }
    }
}
