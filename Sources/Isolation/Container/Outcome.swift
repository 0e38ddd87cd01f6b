/// How a command's life in its guest ended. Success needs positive proof from the command's own channel.
public enum Outcome: Hashable, Codable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// Killed for want of memory, by the guest's kernel, or with its whole machine by the host's; the evidence says which.
    case outOfMemory
    /// Its scratch space is used up; the status with which the command ended for it, if it did.
    case outOfDisk(Int32?)
    case guestPoweredOff
    case guestRebooted
    case guestPanicked
    /// The machine monitor was killed or crashed; the guest had no say in it.
    case monitorKilled
    case timeLimit
    /// A limit that an isolator watches.
    case limitReached(String)
    /// The caller destroyed it, by a second signal or `bulkhead rm`.
    case destroyed
    /// By a signal that came before the command ran.
    case interrupted(Int32)
    /// Never came to run the command.
    case launchFailed(LaunchStage, BulkheadError)
    /// Ran, but how it ended cannot be proven.
    case hostFailed(BulkheadError)
}

extension Outcome {
    /// - Parameter status: a shell's; above 128 it stands for a signal that ended the command.
    public init(ofShell status: Int32) {
        self = status > 128 && status <= 128 + 64 ? .signalled(status - 128) : .exited(status)
    }

    /// The name used in machine-readable results.
    public var name: String {
        switch self {
        case .exited: "exited"
        case .signalled: "signalled"
        case .outOfMemory: "outOfMemory"
        case .outOfDisk: "outOfDisk"
        case .guestPoweredOff: "guestPoweredOff"
        case .guestRebooted: "guestRebooted"
        case .guestPanicked: "guestPanicked"
        case .monitorKilled: "monitorKilled"
        case .timeLimit: "timeLimit"
        case .limitReached: "limitReached"
        case .destroyed: "destroyed"
        case .interrupted: "interrupted"
        case .launchFailed: "launchFailed"
        case .hostFailed: "hostFailed"
        }
    }

    /// What `bulkhead run` exits with: the command's own status, 128+n for a signal, and above the
    /// usual range of commands 123 (the guest ended under it), 124 (time limit), 125 (we or the host failed).
    public var exitStatus: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal), .interrupted(let signal): 128 + signal
        case .outOfMemory, .destroyed, .limitReached: 128 + 9
        case .outOfDisk(let code): code ?? 122
        case .guestPoweredOff, .guestRebooted, .guestPanicked: 123
        case .timeLimit: 124
        case .monitorKilled, .launchFailed, .hostFailed: 125
        }
    }

    public var error: BulkheadError? {
        switch self {
        case .launchFailed(_, let error), .hostFailed(let error): error
        default: nil
        }
    }
}
