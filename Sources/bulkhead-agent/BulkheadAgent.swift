import Agent
import Foundation
import Glibc
import HostSetup
import Isolation
import Logging
import Mesos
import SwiftProtobuf
import VMIsolation

@main
struct BulkheadAgent {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        switch words {
        case ["--help"], ["-h"]: return print(AgentFlag.help, terminator: "")
        case ["--version"]: return print(Release.version)
        // For docs/configuration.md.
        case ["--markdown"]: return print(AgentFlag.markdown, terminator: "")
        default: break
        }
        do {
            let flags = try FlagValues(words) { ProcessInfo.processInfo.environment[$0] }
            try await run(AgentSettings(flags))
        } catch {
            FileHandle.standardError.write(Data("bulkhead-agent: \(error)\n".utf8))
            exit(125)
        }
    }

    private static func run(_ settings: AgentSettings) async throws {
        let log = try AgentLog(settings.flags["logging_level"] ?? "")
        LoggingSystem.bootstrap { LineLogHandler(label: $0, log: log) }
        let logger = Logger(label: "bulkhead.agent")
        raiseLimits()
        let end = EndSignals()
        let place = try await Place(connection: nil, state: settings.workDirectory, settings: settings.flags.host)
        let lock = try WorkDirectoryLock(settings.workDirectory)
        defer { lock.end() }
        // Of an agent that was killed.
        try PrivateFile.remove(settings.workDirectory + "/address")
        let agent = try await HostAgent(settings, place, log)
        let address = try await agent.start()
        try PrivateFile.replace(settings.workDirectory + "/address", with: Array("\(address.location)\n".utf8))
        logger.info(
            "serving",
            metadata: [
                "address": "\(address.location)", "executors": "\(agent.place.endpoint)",
                "isolation": "\(settings.flags["isolation"] ?? "")",
            ])
        if settings.cleanup == nil {
            async let _ = agent.collect()
            await end.wait()
        }
        if let limit = settings.cleanup ?? settings.drain {
            await agent.drain(within: limit)
        } else {
            logger.info("ending; containers go on")
        }
        await agent.stop()
        try PrivateFile.remove(settings.workDirectory + "/address")
    }

    /// As many open files as we may have: each connection and each guest takes some.
    private static func raiseLimits() {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
    }
}

extension AgentServer.Address {
    var location: String {
        switch self {
        case .tcp: "http://\(self)"
        case .unix: description
        }
    }
}
