import ArgumentParser
import Foundation
import HostSetup
import Isolation
import VMIsolation

extension PlaceOptions {
    func engine() async throws -> Engine {
        try await place().engine()
    }
}

extension PlaceOptions {
    /// For what ends containers: any template will do.
    func machines() async throws -> Engine.Machines {
        let place = try await place()
        var machines = Engine.Machines(
            images: place.images, template: try DomainTemplate.builtIn(in: place.templates))
        machines.budgets = place.budgets
        return machines
    }
}

struct PS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "Lists the containers of this host, or an agent's tasks.",
        discussion: "With --agent or BULKHEAD_AGENT: the tasks of that agent, those that have ended included.")
    @OptionGroup var places: PlaceOptions
    @OptionGroup var agent: AgentOptions
    @Flag(help: "One JSON array.") var json = false

    func run() async throws {
        if let client = try await agent.namedClient() { return try await TaskTable(client: client).write(asJSON: json) }
        let all = try await places.engine().containers(try await places.machines())
        if json { return try printJSON(all) }
        let rows = all.map {
            [$0.name, $0.state.rawValue, $0.machine, $0.address ?? "-", $0.image, $0.created.formatted(.iso8601)]
        }
        try printTable([["NAME", "STATE", "MACHINE", "ADDRESS", "IMAGE", "CREATED"]] + rows)
    }
}

struct RM: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Ends containers and removes all of them.")
    @OptionGroup var places: PlaceOptions
    @Argument var names: [String]

    func run() async throws {
        let engine = try await places.engine()
        let machines = try await places.machines()
        var failed = false
        for name in names {
            do { try await engine.remove(try ContainerID(name), machines) } catch {
                writeError("bulkhead: \(error)\n")
                failed = true
            }
        }
        if failed { throw ExitCode(125) }
    }
}

struct Sweep: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Removes what killed runs have left.")
    @OptionGroup var places: PlaceOptions
    @Flag(help: "Only say what would go, and why.") var dryRun = false
    @Flag(help: "Also take our own network away where no guest uses it.") var network = false
    @Flag(help: "One JSON array.") var json = false

    func run() async throws {
        let engine = try await places.engine()
        let findings = try await Sweeper(engine, try await places.machines())
            .sweep(dryRun: dryRun, network: network)
        if json {
            try printJSON(findings)
        } else {
            for finding in findings {
                let verb =
                    finding.verdict == .leave
                    ? "leave" : dryRun ? "would remove" : finding.failure == nil ? "removed" : "FAILED"
                try writeLine(
                    "\(verb): \(finding.what): \(finding.why)" + (finding.failure.map { "\n  \($0)" } ?? ""))
            }
        }
        if findings.contains(where: { $0.failure != nil }) { throw ExitCode(125) }
    }
}

struct Console: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a container's serial console, also when it is gone.")
    @OptionGroup var places: PlaceOptions
    @Flag(help: "Byte for byte, control characters included.") var raw = false
    @Argument var name: String

    func run() async throws {
        let bytes = try await places.engine().console(of: try ContainerID(name))
        if raw { return try await StandardStream.output.write(bytes) }
        for line in String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        {
            try writeLine(ConsoleLog.printable(line))
        }
    }
}

func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    encoder.dateEncodingStrategy = .iso8601
    try writeLine(String(decoding: try encoder.encode(value), as: UTF8.self))
}

func printTable(_ rows: [[String]]) throws {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
        let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
        try writeLine(cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
    }
}
