import ArgumentParser
import Foundation
import Glibc
import HostSetup
import Isolation
import SelfTest
import Subprocess
import SystemPackage
import VMIsolation

struct SelfTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "self-test", abstract: "Tries what Bulkhead promises, on this host.",
        subcommands: [TestWalls.self])
}

struct TestWalls: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "walls", abstract: "Launches two guests and tries to get out of one of them.",
        discussion: """
            Exit status: 0 when every wall held that was tried; 1 when one was breached; 125 when what is allowed did \
            not work either, or the test could not be made.
            """)

    @OptionGroup var places: PlaceOptions
    @Option(help: "Image by name, or a path that contains a “/”.") var image = ImageStore.defaultName
    @Option(help: "Domain template; docs/templates.md.") var template: String?
    @Option(help: "libvirt network; by default our own.") var network: String?
    @Option(help: "auto, kvm or tcg.") var accel = AccelerationPolicy.auto.rawValue
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "The README's table of what is isolated from what.") var markdown = false

    private static let longest = Duration.seconds(300)

    func run() async throws {
        let place = try await places.place()
        let machines = try place.machines(template: template, network: network, acceleration: ("--accel", accel))
        let walls = try Walls(
            try place.engine(), machines, image: image, program: try await Self.canary(templates: place.templates),
            programs: AgentPrograms(directory: Self.own.deletingLastPathComponent().path, flags: agentFlags))
        let report = WallsReport(try await Self.findings(walls))
        if json {
            try printJSON(report)
        } else if markdown {
            try writeLine(report.markdown)
        } else {
            try printTable(report.rows)
            try writeLine(report.summary)
        }
        if report.count(.breach) > 0 { throw ExitCode(1) }
        if !report.proves { throw ExitCode(125) }
    }

    /// The same machines for the test's own agent.
    private var agentFlags: [String] {
        let template = template.map { URL(fileURLWithPath: $0).path }
        return ["--vm_accel=\(accel)"] + (template.map { ["--vm_template=\($0)"] } ?? [])
            + (network.map { ["--vm_network=\($0)"] } ?? [])
    }

    private static let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()

    /// Whatever happens, the guests are gone afterwards.
    private static func findings(_ walls: Walls) async throws -> [Finding] {
        let work = Task { try await walls.run() }
        let clock = Task {
            try await Task.sleep(for: longest)
            work.cancel()
        }
        defer { clock.cancel() }
        for number in [SIGINT, SIGTERM, SIGHUP] { try Signals.hear(number) { _ in work.cancel() } }
        do { return try await work.value } catch is CancellationError {
            throw BulkheadError(
                .launcherFailed, "self-test", "it was ended, or took longer than \(longest)", remedy: "try again")
        }
    }

    /// Beside this program where it is installed, else compiled by the source tree's script.
    private static func canary(templates: String) async throws -> String {
        let installed = own.deletingLastPathComponent().path + "/bulkhead-canary"
        if access(installed, R_OK) == 0 { return installed }
        let script = URL(fileURLWithPath: templates).deletingLastPathComponent().path + "/bin/build-canary"
        guard access(script, X_OK) == 0 else {
            throw BulkheadError(
                .toolMissing, installed, "it is not installed",
                remedy: "make it with bin/build-canary, and copy it there")
        }
        let result = try await Subprocess.run(
            .path(FilePath(script)), output: .string(limit: 4096), error: .currentStandardError)
        guard result.terminationStatus.isSuccess else {
            throw BulkheadError(
                .toolFailed, script, "\(result.terminationStatus)", remedy: "install a C compiler: apt-get install gcc")
        }
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }
}
