import Crypto
import FoundationEssentials
import Mesos

/// How a caller shows which executor it is.
enum ExecutorCaller: Sendable {
    case token(ExecutorToken)
    /// The IP address that it calls from, for executors that know nothing of tokens.
    case address(String?)
    /// It is believed.
    case anybody
}

/// What an executor proves itself with: a JWT as Mesos makes it, bound to one run of one executor.
struct ExecutorToken: Hashable, Sendable {
    var framework: String
    var executor: String
    var container: String

    private struct Header: Codable {
        var alg: String
        var typ: String?
    }

    private struct Claims: Codable {
        var fid: String
        var eid: String
        var cid: String
        /// Seconds since 1970. Ours have none: they end with their executor.
        var exp: Double?
    }

    /// Why a token is not taken, in words that say nothing of the secret.
    struct Refusal: Error, Hashable { let why: String }

    /// Longer ones are refused unread.
    static let sizeLimit = 4096

    func signed(with secret: ExecutorSecret) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Plain texts and numbers: neither can fail.
        let header = (try? encoder.encode(Header(alg: "HS256", typ: "JWT"))) ?? Data()
        let claims = (try? encoder.encode(Claims(fid: framework, eid: executor, cid: container))) ?? Data()
        let signed = Base64.encode(header, .url) + [UInt8(ascii: ".")] + Base64.encode(claims, .url)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: secret.key)
        return String(decoding: signed + [UInt8(ascii: ".")] + Base64.encode(Array(code), .url), as: UTF8.self)
    }

    /// - Parameter now: seconds since 1970.
    init(_ text: some StringProtocol, secret: ExecutorSecret, now: Double) throws(Refusal) {
        guard text.utf8.count <= Self.sizeLimit else { throw Refusal(why: "the token is too long") }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header: Header = Self.decoded(parts[0]) else {
            throw Refusal(why: "the token is malformed")
        }
        guard header.alg == "HS256", header.typ ?? "JWT" == "JWT" else {
            throw Refusal(why: "the token's algorithm is not HS256")
        }
        let signed = Array(text.utf8.prefix(parts[0].count + 1 + parts[1].count))
        guard let code = Base64.decode(parts[2], .url),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: secret.key)
        else { throw Refusal(why: "the token's signature is wrong") }
        guard let claims: Claims = Self.decoded(parts[1]) else {
            throw Refusal(why: "the token's claims are malformed")
        }
        if let end = claims.exp, end <= now { throw Refusal(why: "the token has expired") }
        (framework, executor, container) = (claims.fid, claims.eid, claims.cid)
    }

    init(framework: String, executor: String, container: String) {
        (self.framework, self.executor, self.container) = (framework, executor, container)
    }

    private static func decoded<Part: Decodable>(_ text: some Collection<UInt8>) -> Part? {
        Base64.decode(text, .url).flatMap { try? JSONDecoder().decode(Part.self, from: Data($0)) }
    }
}
