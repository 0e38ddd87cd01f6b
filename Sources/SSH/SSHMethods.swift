/// What to agree on with the server, best first. A method that libssh2 does not have is skipped.
///
/// Left out on purpose: group exchange (the server picks the numbers, and can pick ones that cost us minutes), CBC,
/// SHA-1 in key exchange, and compression.
///
/// HMAC-SHA-1 comes first: it takes half the time of HMAC-SHA-256 where the server's processor is emulated, and what
/// broke SHA-1, finding two messages with one hash, is of no use against an HMAC, whose key an attacker does not have.
public struct SSHMethods: Hashable, Sendable {
    public var keyExchange = [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256",
    ]
    /// The type of the expected host key is always asked for first, whatever stands here.
    public var hostKey = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
    public var cipher = ["aes128-ctr", "aes192-ctr", "aes256-ctr"]
    public var mac = ["hmac-sha1", "hmac-sha2-256", "hmac-sha2-512"]

    public init() {}
}
