import Glibc
import Isolation

/// Our ends and the command's of its streams: three pipes, or one terminal.
struct BesideStreams: Sendable {
    let theirs: [Int32: Descriptor]
    let terminal: PseudoTerminal?
    private let input: Descriptor
    private let output: Descriptor
    private let errors: Descriptor?

    init(_ beside: CommandBeside, for user: HostUser) throws {
        guard beside.command.terminal else {
            let (input, output, errors) = (
                try Descriptor.pipe(.writes), try Descriptor.pipe(.reads), try Descriptor.pipe(.reads)
            )
            (self.input, self.output, self.errors, terminal) = (input.ours, output.ours, errors.ours, nil)
            theirs = [0: input.theirs, 1: output.theirs, 2: errors.theirs]
            return
        }
        let terminal = try PseudoTerminal(beside.streams.terminal ?? .standard, for: user)
        (input, output, errors, self.terminal) = (try terminal.copy(), terminal.descriptor, nil, terminal)
        theirs = [:]
    }

    /// The command has its own ends by now.
    func isStarted() { for descriptor in theirs.values { descriptor.disconnect() } }

    private enum Part { case needed, other }

    /// Passes on what comes and goes, to the end of the command.
    func attend(_ process: BesideProcess, _ streams: CommandStreams) async throws {
        let (ended, input, running) = (Once<Void>(), input, process.running)
        try await withThrowingTaskGroup(of: Part.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await running.ends()
                ended.fulfil(.success(()))
                return .needed
            }
            group.addTask { try await pump(output, until: ended, streams.output) }
            if let errors { group.addTask { try await pump(errors, until: ended, streams.errors) } }
            let source = streams.input
            if source != nil || terminal == nil {
                group.addTask {
                    try await input.feed(source ?? { nil })
                    return .other
                }
            }
            group.addTask {
                for await number in streams.signals { running.signal(number) }
                return .other
            }
            if let terminal, let sizes = streams.windowSizes {
                group.addTask {
                    for await (columns, rows) in sizes { terminal.resize(columns, rows) }
                    return .other
                }
            }
            var missing = errors == nil ? 2 : 3
            while missing > 0, let part = try await group.next() { if part == .needed { missing -= 1 } }
        }
    }

    private func pump(
        _ descriptor: Descriptor, until ended: Once<Void>, _ take: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Part {
        do { try await descriptor.pump(until: ended) { bytes in try await abandonable { try await take(bytes) } } } catch
            let error as SystemCallError where error.code == EIO && terminal != nil
        {
            // So a terminal says that nobody has it any more.
        }
        return .needed
    }
}
