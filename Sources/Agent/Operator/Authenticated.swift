import Mesos

/// Names and secrets of those who may use the operator interface.
public struct Credentials: Sendable {
    private let secrets: [String: [UInt8]]

    public init(_ secrets: [String: String]) { self.secrets = secrets.mapValues { Array($0.utf8) } }

    /// - Parameter header: `Authorization`.
    func admit(_ header: String?) -> Bool {
        guard let header, let space = header.firstIndex(of: " "), header[..<space].lowercased() == "basic",
            let pair = Base64.decode(header[space...].drop { $0 == " " }.utf8),
            let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else { return false }
        let name = String(decoding: pair[..<colon], as: UTF8.self)
        let given = pair[(colon + 1)...]
        // An unknown name takes as long as a wrong secret.
        let known = secrets[name]
        let isSame = Self.isSame(given, known ?? Array(given.reversed()) + [0])
        return known != nil && isSame
    }

    /// Takes as long for any two of one length.
    private static func isSame(_ left: ArraySlice<UInt8>, _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Lets those through who give a credential.
struct Authenticated: HTTPHandler {
    private let handler: any HTTPHandler
    private let credentials: Credentials

    init(_ handler: any HTTPHandler, by credentials: Credentials) {
        self.handler = handler
        self.credentials = credentials
    }

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        guard credentials.admit(call.headers["Authorization"]) else {
            return HTTPAnswer(
                status: 401, text: "A name and a secret are needed\n",
                headers: [("WWW-Authenticate", "Basic realm=\"mesos-agent-readwrite\"")])
        }
        return await handler.answer(call)
    }
}
