import Crypto
import Foundation
import Isolation
import Mesos
import TestSupport
import Testing

@testable import Agent

struct ExecutorTokenTests {
    private let directory = TemporaryDirectory()
    private let token = ExecutorToken(framework: "f", executor: "e", container: "c")
    private var path: String { directory.path + "/secret" }

    private func read(_ text: String, _ secret: ExecutorSecret, now: Double = 100) throws -> ExecutorToken {
        try ExecutorToken(text, secret: secret, now: now)
    }

    /// A token by hand, signed as HS256 signs whatever the header says.
    private func make(_ header: String, _ claims: String, _ secret: ExecutorSecret) -> String {
        let signed = [header, claims].map { String(decoding: Base64.encode(Array($0.utf8), .url), as: UTF8.self) }
            .joined(separator: ".")
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: secret.key)
        return signed + "." + String(decoding: Base64.encode(Array(code), .url), as: UTF8.self)
    }

    @Test func aTokenIsReadBack() throws {
        let secret = try ExecutorSecret(path: path)
        let text = token.signed(with: secret)
        #expect(try read(text, secret) == token)
        #expect(try read(text, ExecutorSecret(path: path)) == token)
    }

    /// Made by another implementation: Python's hmac.
    @Test func itIsAnOrdinaryJWT() throws {
        _ = try directory.file("secret", [UInt8](repeating: 0x61, count: 32))
        chmod(path, 0o600)
        let text =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjaWQiOiJjIiwiZWlkIjoiZSIsImZpZCI6ImYifQ."
            + "rQvixtowGW3DRooj9YrOIx2euFvMgbfo54eGL8PRTpo"
        let secret = try ExecutorSecret(path: path)
        #expect(try read(text, secret) == token)
        #expect(token.signed(with: secret) == text)
    }

    @Test(arguments: [
        #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"HS512","typ":"JWT"}"#, #"{"alg":"hs256"}"#, #"{"typ":"JWT"}"#, "{}",
        #"{"alg":"HS256","typ":"JWE"}"#, "x",
    ])
    func otherAlgorithmsAreRefused(_ header: String) throws {
        let secret = try ExecutorSecret(path: path)
        let text = make(header, #"{"fid":"f","eid":"e","cid":"c"}"#, secret)
        #expect(throws: ExecutorToken.Refusal.self) { try read(text, secret) }
    }

    @Test func noneWithoutASignatureIsRefused() throws {
        let secret = try ExecutorSecret(path: path)
        let text = make(#"{"alg":"none"}"#, #"{"fid":"f","eid":"e","cid":"c"}"#, secret)
        let bare = text.split(separator: ".").dropLast().joined(separator: ".") + "."
        #expect(throws: ExecutorToken.Refusal.self) { try read(bare, secret) }
    }

    @Test(arguments: [(99.0, true), (100, true), (101, false)])
    func anEndInThePastIsRefused(_ end: Double, _ isRefused: Bool) throws {
        let secret = try ExecutorSecret(path: path)
        let text = make(#"{"alg":"HS256"}"#, #"{"fid":"f","eid":"e","cid":"c","exp":\#(end)}"#, secret)
        #expect((try? read(text, secret)) == (isRefused ? nil : token))
    }

    /// What was found good once is not good for ever, nor for others.
    @Test func whatIsKnownIsTakenAgainAndAnEndHolds() throws {
        let secret = try ExecutorSecret(path: path)
        let known = KnownTokens()
        let own = token.signed(with: secret)
        let ending = make(#"{"alg":"HS256"}"#, #"{"fid":"f","eid":"e","cid":"c","exp":101}"#, secret)
        for text in [own, ending] { #expect(try known.token(text[...], secret: secret, now: 100) == token) }
        #expect(try known.token(own[...], secret: secret, now: 102) == token)
        #expect(throws: ExecutorToken.Refusal.self) { try known.token(ending[...], secret: secret, now: 102) }
        #expect(throws: ExecutorToken.Refusal.self) { try known.token(own.dropLast(), secret: secret, now: 100) }
    }

    @Test func whatWasChangedIsRefused() throws {
        let secret = try ExecutorSecret(path: path)
        let text = token.signed(with: secret)
        for place in text.indices {
            var forged = text
            forged.replaceSubrange(place...place, with: text[place] == "A" ? "B" : "A")
            #expect((try? read(forged, secret)) == nil, "changed at \(place)")
        }
        let other = try ExecutorSecret(path: directory.path + "/other")
        #expect(throws: ExecutorToken.Refusal.self) { try read(text, other) }
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "....", String(repeating: "a", count: 5000)])
    func whatIsNoTokenIsRefused(_ text: String) throws {
        let secret = try ExecutorSecret(path: path)
        #expect(throws: ExecutorToken.Refusal.self) { try read(text, secret) }
    }

    @Test func theSecretIsNobodyElses() throws {
        let secret = try ExecutorSecret(path: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let bytes = try #require(FileManager.default.contents(atPath: path))
        #expect(bytes.count == 32 && bytes != Data(count: 32))
        var shown = ""
        dump(secret, to: &shown)
        #expect("\(secret)" == "<secret>" && !shown.contains("key"))
    }

    @Test func aSecretThatOthersMayReadIsRefused() throws {
        _ = try ExecutorSecret(path: path)
        chmod(path, 0o640)
        let error = #expect(throws: BulkheadError.self) { try ExecutorSecret(path: path) }
        #expect(error?.reason == .stateUnusable)
    }

    @Test func aSecretOfAnotherLengthIsRefused() throws {
        _ = try directory.file("secret", [1, 2, 3])
        chmod(path, 0o600)
        #expect(throws: BulkheadError.self) { try ExecutorSecret(path: path) }
    }
}
