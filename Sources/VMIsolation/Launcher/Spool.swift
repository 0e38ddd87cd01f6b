import Foundation
import Isolation

/// The output of a command that survives us: it writes to files in its guest, which are followed into the logs of its
/// sandbox. How far that got is known from the logs alone, so nothing is lost or doubled, whenever we die.
struct Spool {
    /// In `/sandbox`.
    static let name = ".bulkhead"
    static let directory = "/sandbox/" + name

    private let channel: any GuestChannel
    private let output: RotatingLog
    private let errors: RotatingLog

    init(_ container: ContainerContext, _ channel: any GuestChannel) throws {
        self.channel = channel
        let sandbox = container.sandbox ?? container.directory
        output = try RotatingLog(directory: sandbox, name: "stdout")
        errors = try RotatingLog(directory: sandbox, name: "stderr")
    }

    /// Starts the command unless it was started before, and follows it to its end.
    ///
    /// - Throws: ``GuestForgot`` where the guest has lost what it was told to run.
    func follow(_ script: LauncherScript) async throws {
        // The launcher itself takes care that it runs once.
        let start = """
            [ -e \(LauncherScript.directory) ] || [ -e \(LauncherScript.path) ] || echo gone
            [ -e \(LauncherScript.directory) ] || setsid sh \(LauncherScript.path) </dev/null >/dev/null 2>&1 &
            """
        let said = try await channel.output(of: start, limit: 1024, within: .seconds(30))
        guard said.isEmpty else { throw GuestForgot() }
        // Standard error is the command's alone: what this shell has to say is nobody's output. A follower whose session
        // broke off notices by the next one's number.
        try await stream(
            """
            exec 3>&2 2>/dev/null
            until [ -e \(Self.directory)/stderr ] || [ -s \(LauncherScript.result) ]; do sleep 0.1; done
            echo $$ >\(Self.follower)
            \(tail("-f", "&")) a=$!
            \(tail("-f", "&", errors: true)) b=$!
            read -r launcher <\(LauncherScript.directory)/launcher
            until [ -s \(LauncherScript.result) ]; do
                sleep 0.2
                kill -0 $launcher || break
                read -r last <\(Self.follower)
                [ "$last" = $$ ] || break
            done
            kill $a $b
            """)
        // What the followers had not sent yet.
        try await stream("exec 3>&2 2>/dev/null\n\(tail())\n\(tail(errors: true))\ntrue")
    }

    /// Once it was followed to its end: nothing needs it any more, also where we die now.
    static func clear(_ channel: any GuestChannel) async throws {
        _ = try await channel.output(of: "rm -rf \(directory)", limit: 4096, within: .seconds(30))
    }

    private static let follower = LauncherScript.directory + "/follower"

    private func tail(_ follow: String = "", _ end: String = "", errors isErrors: Bool = false) -> String {
        let log = isErrors ? errors : output
        let name = isErrors ? "stderr >&3" : "stdout"
        return "tail -c +\(log.offset + 1) \(follow) \(Self.directory)/\(name) \(end)"
    }

    private func stream(_ script: String) async throws {
        let (output, errors, failure) = (output, errors, Once<Void>())
        // A log that cannot be written is the host's failure, and no reader that went away.
        @Sendable func keep(_ bytes: [UInt8], in log: RotatingLog) throws {
            do { try log.append(bytes) } catch {
                failure.fulfil(.failure(error))
                throw error
            }
        }
        let streams = CommandStreams(
            input: nil, output: { try keep($0, in: output) }, errors: { try keep($0, in: errors) },
            signals: AsyncStream { $0.finish() })
        _ = try await channel.run("exec sh -c \(ShellQuoting.quote(script))", streams: streams, terminal: nil)
        try failure.current?.get()
    }
}

/// The guest was booted anew since it was told what to run: that is in its memory alone.
struct GuestForgot: Error {}
