import ArgumentParser
import Foundation
import Glibc
import HostSetup
import Isolation
import VMIsolation

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one command in a fresh virtual machine.",
        discussion: """
            Exit status: the command's own; 128+n when a signal ended it; 123 when the guest ended under it (powered \
            off, rebooted, panicked); 122 when its disk was full and it had no status of its own; 137 when it ran out of \
            memory or was destroyed; 124 at the time limit; 125 when Bulkhead or the host failed, with a named error.
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var sizes: ResourceOptions
    @OptionGroup var rates: RateOptions
    @Option(help: "Image by name, or a path that contains a “/”.") var image = ImageStore.defaultName
    @Option(help: "Domain template; docs/templates.md.") var template: String?
    @Option(help: "libvirt network; by default one of our own without a way out.") var network: String?
    @Option(help: "What the guest may reach: none, or nat,dns,192.0.2.0/24:443,[2001:db8::7]:443; docs/isolators/network.md.")
    var egress = "\(EgressPolicy.nothing)"
    @Option(help: "How often the rules are looked at that keep the guest in, and set anew where they are gone; 2s by default.")
    var wallCheckInterval: String?
    @Option(help: "auto, kvm or tcg.") var accel = AccelerationPolicy.auto.rawValue
    @Option(name: .customLong("env"), parsing: .singleValue, help: "K=V, or K to pass our own value on.")
    var environment: [String] = []
    @Option(parsing: .singleValue, help: "HOST:GUEST, a file or directory to copy in before.") var put: [String] = []
    @Option(parsing: .singleValue, help: "GUEST:HOST, a file or directory to copy out after.") var get: [String] = []
    @Option(help: "Directory in the guest.") var workdir = TaskCommand.scratchDirectory
    @Option(help: "User in the guest.") var user = "root"
    @Option(help: "Longest time the command may take: 90s, 10m, 2h.") var timeout: String?
    @Option(help: "Name of container, domain and guest.") var name: String?
    @Option(help: "vm, process, external:/PATH/TO/PROGRAM, or isolators, separated by commas; docs/isolators.")
    var isolation = "vm"
    @Flag(name: .shortAndLong, help: "Give the command a terminal.") var tty = false
    @Flag(help: "Print the result as one line of JSON, the last on standard error.") var json = false
    @Flag(help: "Print every stage with its time.") var verbose = false
    @Flag(help: "Leave the guest up and say how to reach it.") var keep = false
    @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String] = []

    func run() async throws {
        let started = ContinuousClock.now
        let pages = ProgramPages()
        pages.release()
        let place = try await places.place()
        let list = try IsolationList(isolation)
        let config = try config(list)
        let (engine, machines) = try parts(place, list)
        let containerizer = try engine.containerizer(machines, list)
        let watch = WallWatch(
            engine: engine, machines: machines, config: config,
            interval: try wallCheckInterval.map { try TimeLimit.parse($0, "--wall-check-interval") } ?? WallWatch.standard)
        let progress = Progress(style: json ? .none : verbose ? .lines : isatty(STDERR_FILENO) == 1 ? .live : .none)
        let terminal = tty ? try Terminal() : nil
        let signals = try SignalRelay()
        let reads = tty || isatty(STDIN_FILENO) == 0
        let readInput: @Sendable () async throws -> [UInt8]? = { try await StandardStream.input.read() }
        let streams = CommandStreams(
            input: reads ? readInput : nil,
            output: { try await StandardStream.output.write($0) },
            errors: { bytes in
                progress.clear()
                progress.note(bytes)
                try await StandardStream.errors.write(bytes)
            },
            terminal: terminal?.request, windowSizes: terminal?.sizes, signals: signals.forCommand)
        signals.secondSignal = {
            // Before it is known there is nothing to clean up.
            Task { do { try await containerizer.destroy(config.id) } catch { _exit(130) } }
        }
        let watching = Task {
            guard list.isolators.contains("vm/network") else { return }
            await watch.run { words in
                progress.clear()
                // The terminal may be the command's, and raw.
                writeError("bulkhead: \(words)\n".replacing("\n", with: terminal == nil ? "\n" : "\r\n"))
            }
        }
        let report = await report(of: config, in: containerizer, streams) { entry in
            progress.show(entry)
            if entry.stage == .start { watch.begun.fulfil(.success(())) }
            if entry.stage == .run { entry.duration == nil ? terminal?.makeRaw() : terminal?.restore() }
            if entry.duration == nil, [.prepare, .start, .run].contains(entry.stage) { pages.release() }
        }
        watching.cancel()
        terminal?.restore()
        progress.clear()
        let result = RunResult(report, total: ContinuousClock.now - started)
        let text = json ? try result.json() : result.text(report)
        if !text.isEmpty { writeError((progress.isAmidLine ? "\n" : "") + text) }
        throw ExitCode(report.termination.outcome.exitStatus)
    }

    /// What could not even be begun is told as all else is.
    private func report(
        of config: ContainerConfig, in containerizer: Containerizer, _ streams: CommandStreams,
        _ observe: @escaping @Sendable (Timeline.Entry) -> Void
    ) async -> ContainerReport {
        do { return try await containerizer.run(config, streams: streams, observe: observe) } catch {
            let named = error as? BulkheadError ?? BulkheadError(.launcherFailed, "the launch", "\(error)", remedy: "")
            return ContainerReport(refused: config, because: named)
        }
    }

    private func parts(_ place: Place, _ list: IsolationList) throws -> (Engine, Engine.Machines) {
        let machines = try place.machines(template: template, network: network, acceleration: ("--accel", accel))
        try check(list)
        if list.launcher == .vm { _ = try place.images.image(image) }
        return (try place.engine(), machines)
    }

    /// No option is silently without effect.
    private func check(_ list: IsolationList) throws {
        if timeout != nil, !list.isolators.contains(where: { $0.hasSuffix("/time") }) {
            throw BulkheadError(
                .badOption, "--timeout", "--isolation \(isolation) names no isolator of time",
                remedy: "add vm/time, process/time or external/time")
        }
        if network != nil, egress != "\(EgressPolicy.nothing)" {
            throw BulkheadError(
                .badOption, "--egress", "--network is given as well, and the guest gets what that network gives",
                remedy: "give one of them")
        }
        if wallCheckInterval != nil, network != nil {
            throw BulkheadError(
                .badOption, "--wall-check-interval", "there are no rules of ours on --network \(network ?? "")",
                remedy: "leave it out")
        }
        guard list.launcher != .vm else { return }
        let idle = [
            ("--image", image != ImageStore.defaultName), ("--template", template != nil),
            ("--network", network != nil), ("--egress", egress != "\(EgressPolicy.nothing)"),
            ("--wall-check-interval", wallCheckInterval != nil), ("--accel", accel != AccelerationPolicy.auto.rawValue), ("--keep", keep),
        ]
        for (option, isGiven) in idle where isGiven {
            throw BulkheadError(
                .badOption, option, "there is no virtual machine with --isolation \(isolation)", remedy: "leave it out")
        }
    }

    private func config(_ list: IsolationList) throws -> ContainerConfig {
        guard !command.isEmpty else {
            throw BulkheadError(
                .badOption, "COMMAND", "it is missing", remedy: "write it behind --: bulkhead run -- true")
        }
        let limit = try timeout.map { try TimeLimit.parse($0, "--timeout") }
        let identifier = try name.map { name throws(BulkheadError) in try ContainerID(name) } ?? ContainerID.random()
        let variables = try environment.map { try Pair.variable($0) }
        let gets = try get.map { try Pair.get($0) }
        try Pair.checkTargets(gets)
        return ContainerConfig(
            id: identifier, resources: try sizes.resources(), image: ImageStore.absolute(image),
            command: TaskCommand(
                arguments: command, environment: variables, directory: try Pair.absolute(workdir, "--workdir"),
                user: user, terminal: tty),
            puts: try put.map { try Pair.put($0) }, gets: gets, timeLimit: limit,
            rates: try rates.limits(list), egress: try EgressPolicy(egress), keep: keep)
    }
}
