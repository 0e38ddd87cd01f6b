import CLinux
import Glibc
import Isolation

/// One run of a program of the host's: input in, bounded output out, an end in time.
struct ProgramCall: Sendable {
    /// How a call went wrong, before its status says anything.
    enum Failure: Error { case tooMuchOutput, tooSlow }

    struct End: Sendable {
        /// Its exit status; 128 and the signal's number where one ended it.
        var status: Int32
        var output: [UInt8]

        static func words(for status: Int32) -> String {
            status > 128 ? "it was killed by signal \(status - 128)" : "it ended with status \(status)"
        }
    }

    var arguments: [[UInt8]]
    var directory: String?
    var environment = ["PATH=\(HostTool.path)", "LANG=C.UTF-8"]
    var input: [UInt8] = []
    var outputLimit = 1 << 20
    /// Nil: for as long as it takes.
    var timeout: Duration?
    /// What it writes to standard error.
    var errors: @Sendable ([UInt8]) -> Void = { _ in }

    /// - Throws: ``Failure``, or `SystemCallError` where it could not be started. It is dead by then, with its session.
    func run() async throws -> End {
        let (input, output, errors) = (
            try Descriptor.pipe(.writes), try Descriptor.pipe(.reads), try Descriptor.pipe(.reads)
        )
        let spawn = Spawn(
            arguments: arguments, environment: environment.map(RawText.decode), directory: directory,
            descriptors: [0: input.theirs, 1: output.theirs, 2: errors.theirs])
        let pid = try await ProgramCall.start(spawn)
        for pipe in [input, output, errors] { pipe.theirs.disconnect() }
        let running = Running(pid: pid)
        do {
            let bytes = try await attend(running, input.ours, output.ours, errors.ours)
            return End(status: running.status, output: bytes)
        } catch {
            kill(-pid, SIGKILL)
            await shielded { try? await running.ends() }
            throw error
        }
    }

    /// A program that is just being written, or was until now, is tried again for a moment.
    private static func start(_ spawn: Spawn) async throws -> pid_t {
        for _ in 0..<20 {
            do throws(SystemCallError) { return try spawn.start() } catch { if error.code != ETXTBSY { throw error } }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try spawn.start()
    }

    private func attend(
        _ running: Running, _ input: Descriptor, _ output: Descriptor, _ errors: Descriptor
    ) async throws -> [UInt8] {
        let (kept, ended, sink, limit) = (Kept(), Once<Void>(), self.errors, outputLimit)
        let rest = Source(self.input)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await running.ends()
                ended.fulfil(.success(()))
                return true
            }
            group.addTask {
                try await whichever({ try await input.feed { rest.next() } }, { try await ended.value() })
                return true
            }
            let tooMuch = Once<Void>()
            group.addTask {
                try await output.pump(until: ended) { bytes in
                    if kept.append(bytes) > limit {
                        tooMuch.fulfil(.failure(Failure.tooMuchOutput)); throw Failure.tooMuchOutput
                    }
                }
                if case .failure(let error)? = tooMuch.current { throw error }
                return true
            }
            group.addTask {
                let after = Kept()
                try await errors.pump(until: ended) { bytes in
                    sink(bytes)
                    // Whoever holds it still when the program is over may not keep us here.
                    if ended.current != nil, after.append(bytes) > 1 << 20 { throw Failure.tooMuchOutput }
                }
                return true
            }
            if let timeout {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw Failure.tooSlow
                }
            }
            defer { group.cancelAll() }
            for _ in 0..<4 { _ = try await group.next() }
        }
        return kept.bytes
    }
}
