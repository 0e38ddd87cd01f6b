import Synchronization

/// What happened to the fakes, in order, as words like `disk.prepare build-7`.
public final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    public init() {}

    public func note(_ line: String) { lines.withLock { $0.append(line) } }

    public var all: [String] { lines.withLock { $0 } }

    /// The lines about one container, without its name.
    public func of(_ subject: String) -> [String] {
        all.filter { $0.hasSuffix(" " + subject) }.map { String($0.dropLast(subject.count + 1)) }
    }

    public func clear() { lines.withLock { $0 = [] } }

    public func count(_ line: String) -> Int { lines.withLock { lines in lines.count { $0 == line } } }
}
