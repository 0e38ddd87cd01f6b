/// The server's word on how a command ended, read from its `exit-status` or `exit-signal` request.
///
/// libssh2 keeps too little of these: no status looks like code 0, the message is dropped, and the signal's name may be
/// memory that was never written. So we read the request ourselves; source: RFC 4254, section 6.10.
struct ExitReport: Hashable, Sendable {
    /// Our number of the channel.
    let channel: UInt32
    let exit: SSHExit

    /// Nil if the bytes are not such a request. They may be longer than the request: its padding may follow.
    init?(_ packet: some RandomAccessCollection<UInt8>) {
        var reader = WireReader(packet)
        guard reader.byte() == 98, let channel = reader.number(), let type = reader.string(), reader.byte() != nil
        else {
            return nil
        }
        if type.elementsEqual("exit-status".utf8) {
            guard let code = reader.number() else { return nil }
            exit = .exited(code)
        } else if type.elementsEqual("exit-signal".utf8) {
            guard let name = reader.string() else { return nil }
            let dumped = reader.byte()
            let message = dumped == nil ? nil : reader.string()
            exit = .signalled(name: Self.name(name), message: Self.text(message))
        } else {
            return nil
        }
        self.channel = channel
    }

    private static func name(_ bytes: some Collection<UInt8>) -> String {
        let isPlain = bytes.allSatisfy { (0x21...0x7e).contains($0) }
        return isPlain && (1...32).contains(bytes.count) ? String(decoding: bytes, as: UTF8.self) : "?"
    }

    private static func text(_ bytes: (some Sequence<UInt8>)?) -> String {
        guard let bytes else { return "" }
        return String(decoding: bytes.prefix(256).map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
