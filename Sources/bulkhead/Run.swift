import ArgumentParser
import Foundation
import Glibc
import Isolation
import VMIsolation

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one command in a fresh virtual machine.",
        discussion: """
            Exit status: the command's own; 128+n when a signal ended it; 123 when the guest ended under it (powered \
            off, rebooted, panicked); 124 at the time limit; 125 when Bulkhead or the host failed, with a named error.
            """)

    @OptionGroup var places: PlaceOptions
    @OptionGroup var sizes: ResourceOptions
    @Option(help: "Image by name, or a path that contains a “/”.") var image = ImageStore.defaultName
    @Option(help: "Domain template; docs/templates.md.") var template: String?
    @Option(help: "libvirt network; by default one of our own without a way out.") var network: String?
    @Option(help: "auto, kvm or tcg.") var accel = AccelerationPolicy.auto.rawValue
    @Option(name: .customLong("env"), parsing: .singleValue, help: "K=V, or K to pass our own value on.")
    var environment: [String] = []
    @Option(parsing: .singleValue, help: "HOST:GUEST, a file or directory to copy in before.") var put: [String] = []
    @Option(parsing: .singleValue, help: "GUEST:HOST, a file or directory to copy out after.") var get: [String] = []
    @Option(help: "Directory in the guest.") var workdir = TaskCommand.scratchDirectory
    @Option(help: "User in the guest.") var user = "root"
    @Option(help: "Longest time the command may take: 90s, 10m, 2h.") var timeout: String?
    @Option(help: "Name of container, domain and guest.") var name: String?
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
        let request = try request(place)
        let engine = try Engine(state: place.state, connection: place.connection, templates: place.templates)
        let progress = Progress(style: json ? .none : verbose ? .lines : isatty(STDERR_FILENO) == 1 ? .live : .none)
        let terminal = tty ? try Terminal() : nil
        let signals = SignalRelay()
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
        let launch = Task {
            await engine.launch(request, streams: streams) { entry in
                progress.show(entry)
                if entry.duration == nil, [.prepare, .start, .run].contains(entry.stage) { pages.release() }
            }
        }
        signals.secondSignal = { launch.cancel() }
        let report = await launch.value
        terminal?.restore()
        progress.clear()
        let result = RunResult(report, total: ContinuousClock.now - started)
        let text = json ? try result.json() : result.text(report)
        if !text.isEmpty { writeError((progress.isAmidLine ? "\n" : "") + text) }
        throw ExitCode(report.outcome.exitStatus)
    }

    private func request(_ place: Place) throws -> LaunchRequest {
        guard !command.isEmpty else {
            throw BulkheadError(
                .badOption, "COMMAND", "it is missing", remedy: "write it behind --: bulkhead run -- true")
        }
        guard let policy = AccelerationPolicy(rawValue: accel) else {
            throw BulkheadError(.badOption, "--accel “\(accel)”", "unknown", remedy: "give auto, kvm or tcg")
        }
        let limit = try timeout.map { try TimeLimit.parse($0) }
        let identifier = try name.map { name throws(BulkheadError) in try ContainerID(name) } ?? ContainerID.random()
        let variables = try environment.map { try Pair.variable($0) }
        return LaunchRequest(
            id: identifier, resources: try sizes.resources(), image: try place.images.image(image),
            template: try DomainTemplate(path: template ?? place.templates + "/domain.xml"), policy: place.policy,
            network: network, acceleration: policy, budgets: place.budgets,
            command: TaskCommand(
                arguments: command, environment: variables, directory: try Pair.absolute(workdir, "--workdir"),
                user: user, terminal: tty),
            puts: try put.map { try Pair.put($0) }, gets: try get.map { try Pair.get($0) }, timeLimit: limit, keep: keep
        )
    }
}
