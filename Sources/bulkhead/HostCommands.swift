import ArgumentParser
import Foundation
import HostSetup
import Isolation
import Subprocess
import SystemPackage
import VMIsolation

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Walks the whole chain of a launch and says what would stop it.")
    @OptionGroup var places: PlaceOptions
    @Option(help: "Look at this libvirt network instead of our own.") var network: String?
    @Flag(help: "One JSON array.") var json = false

    func run() async throws {
        let place = try await Place(connection: places.connection, isMade: false)
        let doctor = try VMIsolation.Doctor(
            place.state, connection: place.connection, images: place.images, templates: place.templates,
            network: network)
        let checks = await doctor.examine()
        if json {
            try printJSON(checks)
        } else {
            for check in checks {
                let mark =
                    switch check.verdict {
                    case .ok: "ok  ";
                    case .warning: "warn";
                    case .failure: "FAIL"
                    }
                try writeLine("\(mark)  \(check.name): \(check.evidence)")
                if !check.fix.isEmpty { try writeLine("      fix: \(check.fix)") }
            }
        }
        if checks.contains(where: { $0.verdict == .failure }) { throw ExitCode(125) }
    }
}

struct Template: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Renders a domain template, checks it and shows it; needs no libvirt.")
    @OptionGroup var sizes: ResourceOptions
    @Argument(help: "The template file.") var file: String

    func run() async throws {
        let template = try DomainTemplate(path: file)
        let plan = try DomainPlan.sample(sizes.resources(), templateDigest: template.digest)
        let xml = try template.render(plan, policy: try LintPolicy(allow: try Settings().list("template.allow")))
        try writeLine(xml.hasSuffix("\n") ? String(xml.dropLast()) : xml)
        writeError("bulkhead: \(file): identity, sizes and safety are as they must be\n")
    }
}

struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Builds, lists and removes images.",
        subcommands: [Build.self, List.self, Remove.self])

    struct Build: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Builds the default guest from the distribution's packages.")
        @Flag(help: "Also where it is up to date.") var force = false

        func run() async throws {
            let place = try await Place(connection: nil)
            let script = URL(fileURLWithPath: place.templates).deletingLastPathComponent().appendingPathComponent(
                "bin/guest-image"
            ).path
            let output = place.images.directory + "/" + ImageStore.defaultName
            let result = try await Subprocess.run(
                .path(FilePath(script)), arguments: .init((force ? ["--force"] : []) + ["--output", output]),
                output: .currentStandardError, error: .currentStandardError)
            guard result.terminationStatus.isSuccess else {
                throw BulkheadError(
                    .toolFailed, script, "\(result.terminationStatus)", remedy: "its own messages are above")
            }
            try writeLine(try place.images.image(ImageStore.defaultName).digest)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "ls", abstract: "Lists the images by name.")

        func run() async throws {
            var rows = [["NAME", "KIND", "DIGEST"]]
            var failed = false
            for (name, manifest) in try await Place(connection: nil).images.list() {
                do throws(BulkheadError) {
                    let manifest = try manifest.get()
                    rows.append([name, manifest.kind.rawValue, manifest.digest])
                } catch {
                    writeError("bulkhead: \(error)\n")
                    failed = true
                }
            }
            try printTable(rows)
            if failed { throw ExitCode(125) }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Removes images that no container uses.")
        @Argument var names: [String]

        func run() async throws {
            let place = try await Place(connection: nil)
            let ledger = try Ledger(path: place.state.ledger)
            for name in names {
                if let user = try ledger.records().first(where: {
                    $0.launcher == "vm" && place.images.isMeant(name, by: $0.config.image) && !$0.life.state.isEnded
                }) {
                    throw BulkheadError(
                        .imageInUse, "image “\(name)”", "container \(user.id) uses it", remedy: "bulkhead rm \(user.id)"
                    )
                }
                try place.images.remove(name)
            }
        }
    }
}
