import FoundationEssentials

/// Tells which master leads.
public protocol MasterDetector: Sendable {
    /// Each leader as it is found, nil while there is none. An element that equals the one before it is news as well: another
    /// master may lead at the same address.
    ///
    /// The stream has no end of its own; an error that waiting does not mend, a ``DetectionError``, ends it.
    func leaders() -> AsyncThrowingStream<UPID?, any Error>
}

/// The detector for a value of `--master`: `HOST:PORT`, `ID@HOST:PORT`, `mesos://HOST:PORT`,
/// `zk://[USER:PASSWORD@]HOST:PORT,…/PATH`, or `file:///PATH` of a file that holds one of these.
///
/// - Parameter sessionTimeout: after which a leader counts no more while ZooKeeper cannot be reached.
public func masterDetector(
    for text: String, sessionTimeout: Duration = .seconds(10)
) throws(DetectionError) -> any MasterDetector {
    let prefix = "file://"
    guard text.hasPrefix(prefix) else { return try detector(text, sessionTimeout) }
    let path = String(text.dropFirst(prefix.count))
    guard path.hasPrefix("/"), let bytes = try? Data(contentsOf: URL(filePath: path)), bytes.count <= 64 << 10 else {
        throw DetectionError(
            .fileUnreadable, "master “\(text)”", "there is no such file that can be read",
            remedy: "write file:///PATH, with a file that holds HOST:PORT or zk://…")
    }
    let content = String(decoding: bytes, as: UTF8.self)
    guard let line = content.split(whereSeparator: \.isWhitespace).first, !line.hasPrefix(prefix) else {
        throw DetectionError(
            .fileUnreadable, "master “\(text)”", "it names no master", remedy: "write HOST:PORT or zk://… into it, on its first line")
    }
    return try detector(String(line), sessionTimeout)
}

private func detector(
    _ text: String, _ sessionTimeout: Duration
) throws(DetectionError) -> any MasterDetector {
    guard text.hasPrefix("zk://") else { return try StandaloneDetector(text) }
    return ZooKeeperDetector(try ZooKeeperAddress(text), sessionTimeout: sessionTimeout)
}
