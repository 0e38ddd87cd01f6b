import ArgumentParser
import Isolation
import VMIsolation

/// Where things are; the same for every command.
struct PlaceOptions: ParsableArguments {
    @Option(name: .customLong("connect"), help: "The libvirt connection's URI.")
    var connection: String?

    func place() async throws -> Place { try await Place(connection: connection) }
}

/// The resources of one task.
struct ResourceOptions: ParsableArguments {
    @Option(help: "Processors; fractions are allowed (1.5).")
    var cpus = "1"

    @Option(name: .customLong("mem"), help: "Memory of the guest in MiB, or with a unit: 512M, 2G.")
    var memory = "256"

    @Option(help: "Scratch space at /sandbox in MiB, or with a unit.")
    var disk = "1024"

    func resources() throws -> Resources {
        guard let cpus = CPUs(cpus) else { throw bad("--cpus", cpus, "a number from 0.01 to 4096, such as 1.5") }
        guard let memory = Memory(memory) else { throw bad("--mem", memory, "MiB or a size such as 512M or 2G") }
        guard let disk = Memory(disk) else { throw bad("--disk", disk, "MiB or a size such as 512M or 2G") }
        return Resources(cpus: cpus, memory: memory, disk: disk)
    }

    private func bad(_ option: String, _ value: String, _ wanted: String) -> BulkheadError {
        BulkheadError(
            .badResource, "\(option) “\(value)”", "it is no amount above zero that can be meant",
            remedy: "give \(wanted)")
    }
}
