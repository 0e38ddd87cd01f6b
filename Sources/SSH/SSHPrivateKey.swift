internal import Crypto

/// An Ed25519 key pair, to plant in a guest or to log in with. Printing it shows the public half alone.
public struct SSHPrivateKey: Sendable {
    public let publicKey: SSHPublicKey
    private let seed: [UInt8]
    private let publicBytes: [UInt8]

    /// Makes a new pair.
    public static func generate() -> SSHPrivateKey {
        SSHPrivateKey(Curve25519.Signing.PrivateKey())
    }

    /// The pair of a known 32-byte seed; nil if it has another length.
    public init?(seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self.init(key)
    }

    private init(_ key: Curve25519.Signing.PrivateKey) {
        seed = [UInt8](key.rawRepresentation)
        publicBytes = [UInt8](key.publicKey.rawRepresentation)
        publicKey = SSHPublicKey(ed25519: publicBytes)
    }

    /// OpenSSH's private key file, not encrypted. Secret.
    ///
    /// Read by OpenSSH and libssh2 as it is; dropbear wants ``dropbear``. Source: OpenSSH's `PROTOCOL.key`.
    public var pem: String {
        let text = Base64.encode(file)
        var lines = ["-----BEGIN OPENSSH PRIVATE KEY-----"]
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return (lines + ["-----END OPENSSH PRIVATE KEY-----", ""]).joined(separator: "\n")
    }

    /// dropbear's own host key file, as `dropbearkey` writes it. Secret.
    public var dropbear: [UInt8] {
        var writer = WireWriter()
        writer.write("ssh-ed25519".utf8)
        writer.write(seed + publicBytes)
        return writer.bytes
    }

    private var file: [UInt8] {
        var writer = WireWriter()
        writer.append("openssh-key-v1\0".utf8)
        writer.write("none".utf8)  // cipher
        writer.write("none".utf8)  // key derivation
        writer.write("".utf8)  // its options
        writer.write(1)  // number of keys
        writer.write(publicKey.blob)
        writer.write(secret)
        return writer.bytes
    }

    /// The part that would be encrypted: twice the same check number, key, comment, padding to a block of 8.
    private var secret: [UInt8] {
        var writer = WireWriter()
        let check = UInt32.random(in: .min ... .max)
        writer.write(check)
        writer.write(check)
        writer.append(publicKey.blob)
        writer.write(seed + publicBytes)
        writer.write("".utf8)
        var padding: UInt8 = 0
        while writer.bytes.count % 8 != 0 {
            padding += 1
            writer.append([padding])
        }
        return writer.bytes
    }
}

extension SSHPrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "private key of \(publicKey.fingerprint)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey.fingerprint]) }
}

extension SSHPublicKey {
    fileprivate init(ed25519 bytes: [UInt8]) {
        var writer = WireWriter()
        writer.write("ssh-ed25519".utf8)
        writer.write(bytes)
        blob = writer.bytes
        type = "ssh-ed25519"
    }
}
