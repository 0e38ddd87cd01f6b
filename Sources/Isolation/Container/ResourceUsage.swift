/// What one machine uses, as its launcher sees it from outside; nil where that is not known.
public struct MachineStatistics: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        public var name: String
        public var allocated: UInt64?
        public var capacity: UInt64?
        public var readBytes: UInt64?
        public var writtenBytes: UInt64?

        public init(
            name: String, allocated: UInt64? = nil, capacity: UInt64? = nil, readBytes: UInt64? = nil,
            writtenBytes: UInt64? = nil
        ) {
            self.name = name
            self.allocated = allocated
            self.capacity = capacity
            self.readBytes = readBytes
            self.writtenBytes = writtenBytes
        }
    }

    /// Of the container's end of the wire.
    public struct Network: Hashable, Codable, Sendable {
        public var bytes: UInt64
        public var packets: UInt64
        public var errors: UInt64
        public var dropped: UInt64

        public init(bytes: UInt64, packets: UInt64, errors: UInt64, dropped: UInt64) {
            self.bytes = bytes
            self.packets = packets
            self.errors = errors
            self.dropped = dropped
        }
    }

    /// Nanoseconds, guest and machine monitor together.
    public var cpuTime: UInt64?
    public var cpuUser: UInt64?
    public var cpuSystem: UInt64?
    /// What the guest has at present.
    public var balloon: Memory?
    /// Resident on the host.
    public var resident: Memory?
    /// The guest's own view.
    public var guestAvailable: Memory?
    /// Of that, what its programs could have at once; its page cache counts as unused.
    public var guestUnused: Memory?
    public var blocks: [Block] = []
    public var received: Network?
    public var sent: Network?

    public init() {}
}

/// Use and limits of one container, after Mesos' `ResourceStatistics`; docs/isolators names who fills what.
public struct ResourceUsage: Hashable, Codable, Sendable {
    /// Seconds since 1970.
    public var timestamp: Double?
    public var cpusUserSeconds: Double?
    public var cpusSystemSeconds: Double?
    public var cpusLimit: Double?
    public var cpusPeriods: UInt64?
    public var cpusThrottledPeriods: UInt64?
    public var cpusThrottledSeconds: Double?
    public var memoryLimitBytes: UInt64?
    public var memoryTotalBytes: UInt64?
    public var memoryResidentBytes: UInt64?
    /// What the guest's own kernel counts as used.
    public var memoryGuestUsedBytes: UInt64?
    public var diskLimitBytes: UInt64?
    public var diskUsedBytes: UInt64?
    /// Logs, and what else is in the container's directory on the host.
    public var sandboxUsedBytes: UInt64?
    /// As the container sees it.
    public var received: MachineStatistics.Network?
    public var sent: MachineStatistics.Network?

    public init() {}

    /// Processors and memory of a command on the host.
    public init(_ machine: MachineStatistics, _ resources: Resources) {
        cpusUserSeconds = machine.cpuUser.map { Double($0) / 1e9 }
        cpusSystemSeconds = machine.cpuSystem.map { Double($0) / 1e9 }
        cpusLimit = Double(resources.cpus.thousandths) / 1000
        memoryLimitBytes = resources.memory.bytes
        memoryResidentBytes = machine.resident?.bytes
    }

    /// Takes every field that `other` knows.
    public mutating func merge(_ other: ResourceUsage) {
        func take<Value>(_ field: WritableKeyPath<ResourceUsage, Value?>) {
            if let value = other[keyPath: field] { self[keyPath: field] = value }
        }
        take(\.timestamp)
        take(\.cpusUserSeconds)
        take(\.cpusSystemSeconds)
        take(\.cpusLimit)
        take(\.cpusPeriods)
        take(\.cpusThrottledPeriods)
        take(\.cpusThrottledSeconds)
        take(\.memoryLimitBytes)
        take(\.memoryTotalBytes)
        take(\.memoryResidentBytes)
        take(\.memoryGuestUsedBytes)
        take(\.diskLimitBytes)
        take(\.diskUsedBytes)
        take(\.sandboxUsedBytes)
        take(\.received)
        take(\.sent)
    }
}

/// Where a container is and how it is reached.
public struct ContainerStatus: Hashable, Codable, Sendable {
    public var state: String
    public var address: String?
    /// Of the process on the host that keeps it: machine monitor or command.
    public var process: Int32?
    public var notes: [String: String] = [:]

    public init(state: String) { self.state = state }
}

/// The honest answer to a wish for other resources.
public enum UpdateAnswer: Hashable, Sendable {
    case applied
    /// In force as soon as the guest gives memory back.
    case pending(String)
    case refused(BulkheadError)
}
