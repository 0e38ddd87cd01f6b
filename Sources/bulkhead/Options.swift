import ArgumentParser
import HostSetup
import Isolation
import VMIsolation

/// Where things are; the same for every command.
struct PlaceOptions: ParsableArguments {
    @Option(name: .customLong("connect"), help: "The libvirt connection's URI.")
    var connection: String?

    func place() async throws -> Place { try await Place(connection: connection) }
}

/// How fast one task may be.
struct RateOptions: ParsableArguments {
    @Option(
        name: .customLong("disk-rate"), help: "Read and written each second, all disks together, in MiB or with a unit."
    )
    var diskRate: String?

    @Option(name: .customLong("disk-iops"), help: "Reads and writes each second, all disks together.")
    var diskOperations: String?

    @Option(name: .customLong("network-rate"), help: "Sent, and as much received, each second, in MiB or with a unit.")
    var networkRate: String?

    /// - Throws: ``BulkheadError`` with `badResource` for what cannot be meant, `badOption` where nothing would heed it.
    func limits(_ list: IsolationList) throws -> RateLimits {
        try needs("vm/disk", list, diskRate, "--disk-rate")
        try needs("vm/disk", list, diskOperations, "--disk-iops")
        try needs("vm/network", list, networkRate, "--network-rate")
        let limits = RateLimits(
            diskBytesPerSecond: try diskRate.map { try size($0, "--disk-rate", least: 4096) },
            diskOperationsPerSecond: try diskOperations.map { try count($0) },
            networkBytesPerSecond: try networkRate.map { try size($0, "--network-rate", least: 1024) })
        return limits
    }

    private func needs(_ isolator: String, _ list: IsolationList, _ value: String?, _ option: String) throws {
        guard let value, !list.isolators.contains(isolator) else { return }
        throw BulkheadError(
            .badOption, "\(option) “\(value)”", "it is \(isolator) that limits this, which --isolation does not name",
            remedy: "add \(isolator) or leave \(option) out")
    }

    private func size(_ text: String, _ option: String, least: UInt64) throws -> UInt64 {
        guard let size = Memory(text)?.bytes, size >= least else {
            throw BulkheadError(
                .badResource, "\(option) “\(text)”", "it is no amount from \(least >> 10) KiB each second up",
                remedy: "give MiB or a size such as 512K or 10M")
        }
        return size
    }

    private func count(_ text: String) throws -> UInt64 {
        guard let count = UInt64(text), 1...1_000_000_000 ~= count else {
            throw BulkheadError(
                .badResource, "--disk-iops “\(text)”", "it is no whole number from 1 to 1000000000",
                remedy: "give a number such as 100")
        }
        return count
    }
}

/// The resources of one task.
struct ResourceOptions: ParsableArguments {
    @Option(help: "Processors; fractions are allowed (1.5).")
    var cpus = "\(Resources.standard.cpus)"

    @Option(name: .customLong("mem"), help: "Memory of the guest in MiB, or with a unit: 512M, 2G.")
    var memory = "\(Resources.standard.memory.mebibytes)"

    @Option(help: "Scratch space at /sandbox in MiB, or with a unit.")
    var disk = "\(Resources.standard.disk.mebibytes)"

    func resources() throws -> Resources {
        Resources(
            cpus: try Self.processors(cpus), memory: try Self.size(memory, "--mem"),
            disk: try Self.size(disk, "--disk"))
    }

    static func processors(_ text: String) throws(BulkheadError) -> CPUs {
        guard let cpus = CPUs(text) else { throw bad("--cpus", text, "a number from 0.01 to 4096, such as 1.5") }
        return cpus
    }

    static func size(_ text: String, _ option: String) throws(BulkheadError) -> Memory {
        guard let size = Memory(text) else { throw bad(option, text, "MiB or a size such as 512M or 2G") }
        return size
    }

    private static func bad(_ option: String, _ value: String, _ wanted: String) -> BulkheadError {
        BulkheadError(
            .badResource, "\(option) “\(value)”", "it is no amount above zero that can be meant",
            remedy: "give \(wanted)")
    }
}
