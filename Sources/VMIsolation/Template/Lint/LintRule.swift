/// What a domain template may not do unless the operator allows it. The names are part of the interface.
public enum LintRule: String, Codable, CaseIterable, Sendable {
    case attribute
    case channel
    case characterDevice = "character-device"
    case confinement
    case disk
    case duplicate
    case element
    case emulator
    case filesystem
    case firmware
    case foreignNamespace = "foreign-namespace"
    case graphics
    case hostDevice = "host-device"
    case hostFile = "host-file"
    case input
    case interface
    case launchSecurity = "launch-security"
    case lifecycle
    case memoryBacking = "memory-backing"
    case panic
    case qemuArguments = "qemu-arguments"
    case rng
    case sharedMemory = "shared-memory"
    case sizing
    case tpm
    case usb
    case vsock
    case watchdog

    /// Why it is refused, in one line.
    public var reason: String {
        switch self {
        case .attribute: "an attribute that we do not know there"
        case .channel: "a channel between guest and host beside the console"
        case .characterDevice: "a character device other than a pseudo terminal"
        case .confinement: "the machine monitor would run without its confinement"
        case .disk: "a disk other than a file of ours"
        case .duplicate: "an element twice: what we check might not be what libvirt takes"
        case .element: "an element that we do not know there"
        case .emulator: "a program other than libvirt's own choice"
        case .filesystem: "a directory of the host, shared with the guest"
        case .firmware: "a firmware file outside the firmware directories"
        case .foreignNamespace: "an element or attribute of another namespace"
        case .graphics: "a screen, its server or sound"
        case .hostDevice: "a device of the host"
        case .hostFile: "a file of the host that the plan does not name"
        case .input: "an input device of the host"
        case .interface: "a network interface other than one on our network"
        case .launchSecurity: "encrypted memory, which our checks of the guest do not cover"
        case .lifecycle: "a guest that ended must be gone, one that reboots must go on"
        case .memoryBacking: "the guest's memory would be locked, shared or in a file"
        case .panic: "without a panic device, a guest's panic looks like a shutdown"
        case .qemuArguments: "raw arguments for QEMU go past every other check"
        case .rng: "an entropy source other than the host's random device"
        case .sharedMemory: "memory shared with the host or other guests"
        case .sizing: "sizes are the plan's, and limits are set on the started domain"
        case .tpm: "a TPM keeps state outside the container's files"
        case .usb: "a USB controller, which no container needs"
        case .vsock: "a socket between guest and host"
        case .watchdog: "a watchdog that writes a dump on the host or pauses the guest"
        }
    }

    /// The operator cannot allow what would make the other checks untrue.
    public var canBeAllowed: Bool { self != .duplicate }
}
