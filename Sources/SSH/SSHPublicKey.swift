internal import Crypto

/// A public key, of a server or of a client.
public struct SSHPublicKey: Hashable, Sendable {
    /// The key in SSH's wire format, as it goes over the network; the bytes behind the base64 of a `.pub` file.
    public let blob: [UInt8]
    /// The key's type, such as `ssh-ed25519`.
    public let type: String

    /// Nil if the bytes do not begin with the name of a type.
    public init?(blob: [UInt8]) {
        var reader = WireReader(blob)
        guard let type = reader.string(), (1...64).contains(type.count),
            type.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ",") })
        else { return nil }
        self.blob = blob
        self.type = String(decoding: type, as: UTF8.self)
    }

    /// A line of a `.pub` or `authorized_keys` file without options: type, base64, comment. Nil for anything else.
    public init?(line: some StringProtocol) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 2, let blob = Base64.decode(fields[1]) else { return nil }
        self.init(blob: blob)
        guard type == fields[0] else { return nil }
    }

    /// The key as a line of `authorized_keys`, without the end of line.
    public func line(comment: String = "") -> String {
        let line = "\(type) \(Base64.encode(blob))"
        return comment.isEmpty ? line : "\(line) \(comment)"
    }

    /// As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64.
    public var fingerprint: String {
        "SHA256:" + Base64.encode(SHA256.hash(data: blob), padded: false)
    }
}
