import Foundation
import Glibc
import Synchronization

/// A program that a test started, with its outputs in files of its own. Killed with the last reference.
public final class RunningProgram: Sendable {
    public enum Input: Sendable {
        case none
        case bytes([UInt8])
        /// Where the far end writes as long as it likes.
        case pipe
        /// The program's controlling terminal, and both its outputs.
        case terminal(PseudoTerminal)
    }

    public let identifier: Int32
    /// The writing end of its standard input, with ``Input/pipe``.
    private let input: FileHandle?
    private let directory: TemporaryDirectory
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - arguments: the program's path first; each any bytes but zero.
    ///   - environment: the whole of it, `NAME=VALUE`.
    public init(_ arguments: [[UInt8]], environment: [[UInt8]], input: Input = .none) throws {
        directory = TemporaryDirectory()
        let plan = try StreamPlan(input, directory: directory)
        self.input = plan.input
        identifier = try plan.spawn(arguments, environment)
    }

    deinit {
        if status.withLock({ $0 }) == nil {
            kill(identifier, SIGKILL)
            _ = reap(blocking: true)
        }
    }

    public func signal(_ number: Int32) { kill(identifier, number) }

    public func send(_ bytes: some Sequence<UInt8>) throws {
        try input?.write(contentsOf: Data(bytes))
    }

    public func closeInput() throws { try input?.close() }

    /// What it has written so far.
    public var output: [UInt8] { contents("out") }
    public var errors: [UInt8] { contents("err") }
    public var errorText: String { String(decoding: errors, as: UTF8.self) }
    public var outputText: String { String(decoding: output, as: UTF8.self) }
    public var outputSize: Int { size("out") }

    /// Exit status, or 128 + n where signal n killed it; nil while it runs.
    public var exitStatus: Int32? { status.withLock { $0 } ?? reap(blocking: false) }

    public func wait(within limit: Duration) async throws -> Int32 {
        try await eventually("the end of process \(identifier)", within: limit) { self.exitStatus }
    }

    /// Waits until its standard error holds a text.
    public func awaitError(_ text: String, within limit: Duration = .seconds(120)) async throws {
        try await awaitText(text, within: limit) { self.errorText }
    }

    /// Waits until its standard output holds a text.
    public func awaitOutput(_ text: String, within limit: Duration = .seconds(120)) async throws {
        try await awaitText(text, within: limit) { self.outputText }
    }

    private func awaitText(_ text: String, within limit: Duration, _ read: @escaping @Sendable () -> String)
        async throws
    {
        try await eventually("“\(text)”", within: limit) {
            if read().contains(text) { return true }
            guard let status = self.exitStatus, !read().contains(text) else { return nil }
            throw WaitFailure(what: "“\(text)”; the program ended with \(status) and said \(self.errorText)")
        }
    }

    private func reap(blocking: Bool) -> Int32? {
        status.withLock { known in
            var raw: Int32 = 0
            guard known == nil, waitpid(identifier, &raw, blocking ? 0 : WNOHANG) == identifier else { return known }
            known = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            return known
        }
    }

    private func contents(_ name: String) -> [UInt8] {
        Array(FileManager.default.contents(atPath: directory.path + "/" + name) ?? Data())
    }

    private func size(_ name: String) -> Int {
        var status = stat()
        return stat(directory.path + "/" + name, &status) == 0 ? Int(status.st_size) : 0
    }
}
