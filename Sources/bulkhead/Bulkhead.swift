import ArgumentParser
import Glibc
import HostSetup
import Isolation
import VMIsolation

@main
struct Bulkhead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulkhead",
        abstract: "Runs each task in a libvirt virtual machine of its own.",
        version: Release.version,
        subcommands: [
            Run.self, PS.self, RM.self, Sweep.self, Console.self, Doctor.self, Template.self, ImageCommand.self,
            AgentCommand.self, Submit.self, Logs.self, Wait.self, Kill.self, Usage.self, Inspect.self, Update.self,
            Exec.self, Files.self, SelfTestCommand.self,
        ])

    /// Arguments may hold any bytes; they pass through the parser in ``RawText`` form. Whatever we or the host cannot
    /// do ends with 125, a status that the commands we run are not likely to use.
    static func main() async {
        StandardStream.replaceClosed()
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot(RawText.arguments())
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as BulkheadError {
            fail("\(error)")
        } catch let status as ExitCode {
            Glibc.exit(status.rawValue)
        } catch {
            let status = exitCode(for: error)
            if status.isSuccess { exit(withError: error) }
            fail("badOption: " + fullMessage(for: error))
        }
    }

    private static func fail(_ text: String) -> Never {
        writeError("bulkhead: \(text)\n")
        Glibc.exit(125)
    }
}

/// Writes to standard error, in the bytes that a text was made of; on a terminal none of them does anything.
func writeError(_ text: String) {
    let bytes = RawText.decode(text)
    try? StandardStream.errors.writeNow(StandardStream.errors.isTerminal ? TerminalText.shown(bytes) : bytes)
}

/// Writes a line to standard output; on a terminal no character of it does anything.
///
/// - Throws: ``BulkheadError`` with `fileUnwritable`; `ExitCode` as of SIGPIPE where its reader has gone.
func writeLine(_ text: String) throws {
    let bytes = Array((text + "\n").utf8)
    let shown = StandardStream.output.isTerminal ? TerminalText.shown(bytes) : bytes
    do { try StandardStream.output.writeNow(shown) } catch let error as StreamClosed {
        throw error.named("standard output")
    }
}

extension StreamClosed {
    /// What a command ends with that has to write there.
    func named(_ stream: String) -> any Error {
        if errorNumber == EPIPE { return ExitCode(128 + SIGPIPE) }
        return BulkheadError(
            .fileUnwritable, stream, String(cString: strerror(errorNumber)),
            remedy: "see where it leads")
    }
}
