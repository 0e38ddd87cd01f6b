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
        raiseLimits()
        let end = try EndSignals()
        let place = try await Place(connection: nil, state: settings.workDirectory, settings: settings.flags.host)
        let lock = try WorkDirectoryLock(settings.workDirectory)
        defer { lock.end() }
        try HostMark.check(
            settings.workDirectory, isStrict: settings.executorOptions.isStrict, log: Logger(label: "bulkhead.agent"))
        // Of an agent that was killed.
        try PrivateFile.remove(settings.workDirectory + "/address")
        let agent = try await HostAgent(settings, place, log)
        let address = try await agent.start()
        try PrivateFile.replace(settings.workDirectory + "/address", with: Array("\(address.location)\n".utf8))
        agent.logger.info(
            "serving",
            metadata: [
                "address": "\(address.location)", "executors": "\(agent.place.endpoint)",
                "isolation": "\(settings.flags["isolation"] ?? "")",
            ])
        let ending = settings.cleanup == nil ? await run(agent, until: end) : .signal(SIGTERM)
        var left: [ContainerID] = []
        if let limit = settings.cleanup ?? settings.drain ?? (ending.isForGood ? settings.drainTimeout : nil) {
            left = await agent.drain(within: limit)
        } else {
            agent.logger.info("ending; containers go on")
        }
        if case .signal(SIGUSR1) = ending { await agent.leaveCluster() }
        await agent.stop()
        try PrivateFile.remove(settings.workDirectory + "/address")
        if case .failure(let error) = ending { throw error }
        guard left.isEmpty else {
            throw BulkheadError(
                .cleanupIncomplete, "drain", "these could not be ended: \(left.map(\.description).joined(separator: ", "))",
                remedy: "see the log; a next start with --recover=cleanup tries again")
        }
    }

    private enum Ending {
        case signal(Int32)
        case failure(any Error)

        /// Nothing is to be found again.
        var isForGood: Bool {
            switch self {
            case .signal(let number): number == SIGUSR1
            case .failure(let error): (error as? BulkheadError)?.reason == .masterRefused
            }
        }
    }

    private static func run(_ agent: HostAgent, until end: EndSignals) async -> Ending {
        await withTaskGroup(of: Ending?.self) { group in
            group.addTask {
                await agent.collect()
                return nil
            }
            group.addTask {
                await agent.guardWalls()
                return nil
            }
            group.addTask { await end.wait().map(Ending.signal) }
            group.addTask { await agent.masterEnd().map(Ending.failure) }
            for await ending in group {
                guard let ending else { continue }
                group.cancelAll()
                return ending
            }
            return .signal(SIGTERM)
        }
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
