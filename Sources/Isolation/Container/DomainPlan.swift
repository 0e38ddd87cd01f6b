public import FoundationEssentials

/// Everything that one machine is to be, as plain values: the template makes libvirt's XML of it,
/// and what libvirt kept is compared with it.
public struct DomainPlan: Hashable, Sendable {
    public enum Acceleration: String, Codable, Sendable { case kvm, tcg }

    public enum Boot: Hashable, Sendable {
        case kernel(kernel: String, initrd: String, commandLine: String)
        /// Firmware and boot loader from the first disk.
        case disk
    }

    public struct Disk: Hashable, Sendable {
        public enum Format: String, Codable, Sendable { case raw, qcow2 }
        public enum Device: String, Sendable { case disk, cdrom }
        public var device: Device
        /// `vda`, `vdb`, … or `sda` for a CD.
        public var target: String
        public var file: String
        public var format: Format
        /// The read-only base of an overlay, its format always given.
        public var backing: Backing?
        /// What the guest finds it by.
        public var serial: String
        public var readOnly: Bool

        public init(
            device: Device = .disk, target: String, file: String, format: Format, backing: Backing? = nil,
            serial: String, readOnly: Bool = false
        ) {
            self.device = device
            self.target = target
            self.file = file
            self.format = format
            self.backing = backing
            self.serial = serial
            self.readOnly = readOnly
        }
    }

    public struct Backing: Hashable, Sendable {
        public var file: String
        public var format: Disk.Format

        public init(file: String, format: Disk.Format) {
            self.file = file
            self.format = format
        }
    }

    /// One of libvirt's filters, and the one address that it lets the guest have.
    public struct Filter: Hashable, Sendable {
        public var name: String
        public var address: String

        public init(name: String, address: String) {
            self.name = name
            self.address = address
        }
    }

    public struct Interface: Hashable, Sendable {
        public var mac: String
        public var network: String
        /// Keeps the guest from its neighbours on the bridge.
        public var isolated: Bool
        /// The host's end of it, where rules name it; nil leaves the name to libvirt.
        public var port: String?
        /// What libvirt filters of the guest's frames; nil where other walls do.
        public var filter: Filter?

        public init(mac: String, network: String, isolated: Bool, port: String? = nil) {
            self.mac = mac
            self.network = network
            self.isolated = isolated
            self.port = port
        }
    }

    /// What the domain's metadata say about who made it.
    public struct Owner: Hashable, Sendable {
        /// The ledger's id: one for each state directory.
        public var owner: String
        public var container: ContainerID
        /// Seconds since 1970.
        public var created: Int
        /// SHA-256 of the template, hexadecimal.
        public var templateDigest: String

        public init(owner: String, container: ContainerID, created: Int, templateDigest: String) {
            self.owner = owner
            self.container = container
            self.created = created
            self.templateDigest = templateDigest
        }
    }

    public var name: String
    public var uuid: UUID
    public var owner: Owner
    public var acceleration: Acceleration
    public var cpu: CPUAllocation
    public var memory: Memory
    /// The cgroup's limit for guest and machine monitor together.
    public var hardLimit: Memory
    public var boot: Boot
    public var disks: [Disk]
    public var interface: Interface
    public var rates = RateLimits()
    /// File that the guest reads as `opt/org.bulkhead/seed` of the firmware configuration device, if any.
    public var seedFile: String?
    public var consoleLog: String
    /// The user and group that the machine monitor runs as, in libvirt's form (`+64055:+64055`), where the files it
    /// writes are theirs already; nil has libvirt give them every file that the domain names.
    public var monitorUser: String?

    public init(
        name: String, uuid: UUID, owner: Owner, acceleration: Acceleration, cpu: CPUAllocation, memory: Memory,
        hardLimit: Memory, boot: Boot, disks: [Disk], interface: Interface, seedFile: String?, consoleLog: String,
        monitorUser: String? = nil
    ) {
        self.name = name
        self.uuid = uuid
        self.owner = owner
        self.acceleration = acceleration
        self.cpu = cpu
        self.memory = memory
        self.hardLimit = hardLimit
        self.boot = boot
        self.disks = disks
        self.interface = interface
        self.seedFile = seedFile
        self.consoleLog = consoleLog
        self.monitorUser = monitorUser
    }
}
