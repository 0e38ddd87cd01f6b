/// Who an agent says it is to a master, and what proves it.
public struct MesosCredential: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public let principal: String
    /// Leaves this type only as a proof.
    let secret: String

    public init(principal: String, secret: String) {
        (self.principal, self.secret) = (principal, secret)
    }

    /// Takes what a file of `--credential` holds: `{"principal": …, "secret": …}`, or the older `principal secret`.
    public init(parsing file: [UInt8]) throws(MalformedCredential) {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard let first = file.first(where: { !isSpace($0) }) else { throw MalformedCredential(.empty) }
        if first == UInt8(ascii: "{") {
            // Not why it fails to be read: that could show a part of the secret.
            guard let read = try? MesosJSON.decode(Mesos_V1_Credential.self, from: file) else {
                throw MalformedCredential(.badJSON)
            }
            try self.init(read.principal, read.secret)
        } else {
            let words = file.split(whereSeparator: isSpace).map { String(validating: $0, as: UTF8.self) }
            guard words.count == 2, let principal = words[0], let secret = words[1] else {
                throw MalformedCredential(.notTwoWords)
            }
            try self.init(principal, secret)
        }
    }

    private init(_ principal: String, _ secret: String) throws(MalformedCredential) {
        guard !principal.isEmpty else { throw MalformedCredential(.noPrincipal) }
        guard !secret.isEmpty else { throw MalformedCredential(.noSecret) }
        self.init(principal: principal, secret: secret)
    }

    public var description: String { "\(principal), with a secret" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["principal": principal]) }
}

/// Why a file holds no credential. It shows nothing of the file.
public struct MalformedCredential: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable { case empty, badJSON, notTwoWords, noPrincipal, noSecret }
    public let reason: Reason

    init(_ reason: Reason) { self.reason = reason }

    public var description: String {
        let why =
            switch reason {
            case .empty: "it is empty"
            case .badJSON: "it is not the JSON of one"
            case .notTwoWords: "it is neither JSON nor two words"
            case .noPrincipal: "its principal is empty"
            case .noSecret: "it has no secret"
            }
        return #"the credential cannot be used: \#(why); write {"principal": "NAME", "secret": "SECRET"}"#
    }
}
