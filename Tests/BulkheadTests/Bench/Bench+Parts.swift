import Foundation
import IsolationTestSupport
import TestSupport
import Testing

@testable import Isolation
@testable import VMIsolation

extension Bench {
    /// The suite's state directory, as the program would open it.
    func places() throws -> StateDirectory { try StateDirectory(root: state, cache: "/var/cache/bulkhead") }

    func engine() throws -> Engine {
        try Engine(state: places(), connection: Bench.uri ?? "qemu:///system", templates: Bench.templates)
    }

    static func machines() throws -> Engine.Machines {
        Engine.Machines(
            images: ImageStore(directory: Bench.images), template: try DomainTemplate.builtIn(in: Bench.templates))
    }

    func containerizer(_ isolation: String = "vm", in engine: Engine) throws -> Containerizer {
        try engine.containerizer(try Bench.machines(), try IsolationList(isolation))
    }

    /// A container whose output goes to its sandbox.
    static func config(
        _ script: String, cpus: Int = 1000, memory: UInt64 = 160, disk: UInt64 = 64, timeLimit: Duration? = nil
    ) throws -> ContainerConfig {
        ContainerConfig(
            id: try ContainerID(Bench.name()),
            resources: Resources(cpus: CPUs(thousandths: cpus), memory: .mebibytes(memory), disk: .mebibytes(disk)),
            image: ImageStore.defaultName, command: TaskCommand(arguments: ["sh", "-c", script]), output: .sandbox,
            timeLimit: timeLimit)
    }

    /// Waits for a line of a container's output.
    func awaitOutput(_ text: String, of container: ContainerID) async throws {
        let file = try places().sandbox(container) + "/stdout"
        try await eventually("“\(text)”", within: .seconds(120)) {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: bytes, as: UTF8.self).contains(text) ? true : nil
        }
    }

    /// Runs with a container that is destroyed at the end, whatever happens.
    func withContainer(
        _ config: ContainerConfig, in containerizer: Containerizer, _ body: () async throws -> Void
    ) async throws {
        do {
            try await containerizer.launch(config)
            try await body()
        } catch {
            _ = try? await containerizer.destroy(config.id)
            throw error
        }
        try await containerizer.destroy(config.id)
        _ = try await containerizer.wait(config.id)
        try await containerizer.forget(config.id)
        let left = try await leftovers(of: config.id.description)
        #expect(left.isEmpty, "left behind: \(left)")
    }

    /// Lines of the form `key: value`, as virsh has them.
    static func values(_ text: String, separator: Character = ":") -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: separator, maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs) { $1 }
    }
}
