/// What a task is given: processors, memory of the guest, scratch space.
public struct Resources: Hashable, Codable, Sendable {
    public var cpus: CPUs
    /// The guest's memory; what the machine monitor needs beside it is ``MemoryOverhead``.
    public var memory: Memory
    public var disk: Memory

    public init(cpus: CPUs, memory: Memory, disk: Memory) {
        self.cpus = cpus
        self.memory = memory
        self.disk = disk
    }

    /// Of whoever does not say what he needs.
    public static let standard = Resources(
        cpus: CPUs(thousandths: 1000), memory: .mebibytes(256), disk: .mebibytes(1024))

    /// The least memory that the default guest boots with.
    public static let leastMemory = Memory.mebibytes(96)
}

/// What a host has for all its guests together.
public struct HostCapacity: Hashable, Codable, Sendable {
    public var processors: Int
    public var memory: Memory
    /// Free space where scratch disks are kept.
    public var disk: Memory
    /// What a container must have at least.
    public var leastMemory: Memory

    /// - Parameter leastMemory: what a guest boots with, where it is not given.
    public init(processors: Int, memory: Memory, disk: Memory, leastMemory: Memory = Resources.leastMemory) {
        self.leastMemory = leastMemory
        self.processors = processors
        self.memory = memory
        self.disk = disk
    }
}

extension Resources {
    /// Checks the wish against the host, overhead of the machine monitor included.
    ///
    /// - Throws: ``BulkheadError`` with `exceedsHost` or `badResource`.
    public func check(against host: HostCapacity) throws(BulkheadError) {
        guard memory >= host.leastMemory else {
            throw BulkheadError(
                .badResource, "memory \(memory)", host.leastMemory == Resources.leastMemory
                    ? "a guest does not boot with less than \(host.leastMemory)"
                    : "a container has at least \(host.leastMemory)",
                remedy: "ask for --mem \(host.leastMemory.mebibytes) or more")
        }
        try limit("cpus \(cpus)", cpus.thousandths <= host.processors * 1000, "\(host.processors) processors", "--cpus")
        let need = MemoryOverhead().hardLimit(for: self, disks: 2)
        try limit("memory \(memory) (\(need) with the machine monitor)", need <= host.memory, "\(host.memory)", "--mem")
        try limit("disk \(disk)", disk <= host.disk, "\(host.disk) free", "--disk")
    }

    private func limit(_ wish: String, _ fits: Bool, _ has: String, _ option: String) throws(BulkheadError) {
        guard !fits else { return }
        throw BulkheadError(.exceedsHost, wish, "the host has \(has)", remedy: "ask for less with \(option)")
    }
}
