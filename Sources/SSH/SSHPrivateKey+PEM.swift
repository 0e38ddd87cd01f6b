extension SSHPrivateKey {
    /// Reads what ``pem`` writes: an Ed25519 key in OpenSSH's form, not encrypted. Nil for anything else.
    public init?(pem text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.first == "-----BEGIN OPENSSH PRIVATE KEY-----", lines.last == "-----END OPENSSH PRIVATE KEY-----",
            let bytes = Base64.decode(lines.dropFirst().dropLast().joined()),
            bytes.starts(with: "openssh-key-v1\0".utf8)
        else { return nil }
        var reader = WireReader(bytes.dropFirst(15))
        guard let cipher = reader.string(), cipher.elementsEqual("none".utf8), reader.string() != nil,
            reader.string() != nil, reader.number() == 1, reader.string() != nil, let secret = reader.string()
        else { return nil }
        var inner = WireReader(secret)
        guard inner.number() == inner.number(), let type = inner.string(), type.elementsEqual("ssh-ed25519".utf8),
            inner.string() != nil, let pair = inner.string(), pair.count == 64
        else { return nil }
        self.init(seed: Array(pair.prefix(32)))
    }
}
