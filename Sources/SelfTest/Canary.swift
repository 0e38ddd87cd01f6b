import Foundation
import Isolation
import Synchronization
import VMIsolation

/// One guest of the test, and a shell in it that we write to and whose lines we read.
final class Canary: Sendable {
    let id = ContainerID.random()
    /// On the host; gone with the canary.
    let directory: String
    private let containerizer: Containerizer
    private let keyboard: AsyncStream<[UInt8]>.Continuation
    private let input: AsyncStream<[UInt8]>
    private let output = Mutex<[UInt8]>([])
    private let shell = Mutex<Task<Void, Never>?>(nil)

    /// Where our program is in a guest.
    static let program = "/bin/bulkhead-canary"
    static let resources = Resources(
        cpus: CPUs(thousandths: 1000), memory: .mebibytes(192), disk: .mebibytes(128))
    /// The guest's own command writes so many bytes when this file appears in it.
    static let flood = 48 << 20
    static let floodSign = "/tmp/flood"
    private static let command = """
        until [ -e \(floodSign) ]; do sleep 1; done; head -c \(flood) /dev/zero | tr '\\0' x; exec sleep 600
        """

    init(_ containerizer: Containerizer, in state: StateDirectory) {
        self.containerizer = containerizer
        directory = "\(state.root)/self-test-\(id)"
        (input, keyboard) = AsyncStream.makeStream(of: [UInt8].self)
    }

    /// Launches the guest; returns when its command runs.
    ///
    /// - Parameter program: the canary's own, on the host.
    func launch(image: String, program: String, egress: EgressPolicy) async throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let config = ContainerConfig(
            id: id, resources: Canary.resources, image: image,
            command: TaskCommand(arguments: ["sh", "-c", Canary.command]), output: .sandbox,
            programs: [Transfer(host: program, guest: Canary.program)],
            gets: [Transfer(host: bait.fetched, guest: "/\(HostileArchive.top)")], egress: egress)
        try await containerizer.launch(config)
        let input = input
        // Nobody who is tested says that much.
        let take: @Sendable ([UInt8]) -> Void = { bytes in
            self.output.withLock { $0 += bytes.prefix((1 << 20) - $0.count) }
        }
        let streams = CommandStreams(
            input: {
                for await bytes in input { return bytes }
                return nil
            }, output: take, errors: take, signals: AsyncStream { _ in })
        let beside = CommandBeside(TaskCommand(arguments: ["sh"]), streams: streams)
        // Its end is the shell's, and nobody's result.
        let task = Task { [containerizer, id] in _ = try? await containerizer.runBeside(id, beside) }
        shell.withLock { $0 = task }
        type("echo ready")
        try await awaitLine("ready", within: .seconds(60))
    }

    func type(_ text: String) { keyboard.yield(Array((text + "\n").utf8)) }

    /// What came from the guest so far, whole lines only.
    var lines: [Substring] {
        let bytes = output.withLock { $0 }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// - Throws: ``BulkheadError`` with `commandNotStarted` where the line does not come in time.
    func awaitLine(_ line: String, within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        while !lines.contains(Substring(line)) {
            guard ContinuousClock.now < end else {
                throw BulkheadError(
                    .commandNotStarted, "canary \(id)", "it did not say “\(line)” in \(limit)",
                    remedy: "see its image", evidence: lines.suffix(5).map { ConsoleLog.printable($0) })
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Where files come to that are fetched from it.
    var bait: Bait { Bait(root: directory) }

    /// Fetches files as they would be at the end.
    func fetch() async throws -> [LeftOut] { try await containerizer.bringOut(id) }

    /// Takes the guest away with all that it left, whatever it does.
    func destroy() async {
        keyboard.finish()
        shell.withLock { $0 }?.cancel()
        _ = try? await containerizer.destroy(id)
        _ = try? await containerizer.wait(id)
        _ = try? await containerizer.moveSandbox(of: id, to: directory + "/sandbox")
        try? FileManager.default.removeItem(atPath: directory)
    }
}
