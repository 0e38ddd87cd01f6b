import Foundation
import SSH
import Testing

extension AllTests {
    @Suite struct KeyTests {
        /// OpenSSH's own tool reads our private key file and finds the same public key and fingerprint.
        @Test func opensshReadsOurKeys() throws {
            let key = SSHPrivateKey.generate()
            let file = URL.temporaryDirectory.appending(path: UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(key.pem.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let line = try run(["/usr/bin/ssh-keygen", "-y", "-f", file.path])
            #expect(line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ") == key.publicKey.line())
            #expect(try run(["/usr/bin/ssh-keygen", "-l", "-f", file.path]).contains(key.publicKey.fingerprint))
        }

        @Test func aLineIsReadBack() {
            let key = SSHPrivateKey.generate().publicKey
            #expect(SSHPublicKey(line: key.line(comment: "of a test")) == key)
            #expect(SSHPublicKey(blob: key.blob) == key)
            #expect(key.type == "ssh-ed25519")
        }

        @Test(arguments: [
            "", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-rsa \(SSHPrivateKey.generate().publicKey.line())",
        ])
        func whatIsNoKeyIsRefused(_ line: String) {
            #expect(SSHPublicKey(line: line) == nil)
        }

        @Test func printingAPrivateKeyDoesNotShowIt() throws {
            let seed = [UInt8](repeating: 0x41, count: 32)
            let key = try #require(SSHPrivateKey(seed: seed))
            var dumped = ""
            dump(key, to: &dumped)
            for shown in ["\(key)", String(reflecting: key), dumped] {
                #expect(shown.contains(key.publicKey.fingerprint))
                #expect(!shown.contains("65"))
                #expect(!shown.contains("AAAA"))
            }
        }
    }
}
