/// The rungs of a launch, in order. Each has a budget and errors of its own; docs/launch.md is their description.
public enum LaunchStage: String, Codable, CaseIterable, Sendable, Comparable, CodingKeyRepresentable {
    /// Image, network, ledger, disks and keys are made ready.
    case prepare
    /// The domain is defined, checked and started.
    case start
    /// The guest got an address by DHCP.
    case lease
    /// Something answers at port 22.
    case port
    /// It proves to hold the host key that we planted.
    case hostKey
    /// It takes our client key.
    case login
    /// A stock image's own set-up has ended.
    case cloudInit
    /// Launcher script and `--put` files are in place.
    case copy
    /// The command runs.
    case run
    /// `--get` files and result are fetched.
    case fetch
    /// Everything made is gone again.
    case cleanUp

    public static func < (left: LaunchStage, right: LaunchStage) -> Bool { left.order < right.order }
    private var order: Int { LaunchStage.allCases.firstIndex(of: self) ?? 0 }
}

/// How long each rung may take at most.
public struct LaunchBudgets: Hashable, Codable, Sendable {
    public var stages: [LaunchStage: Duration] = [
        .prepare: .seconds(60), .start: .seconds(30), .lease: .seconds(30), .port: .seconds(20),
        .hostKey: .seconds(15), .login: .seconds(15), .cloudInit: .seconds(120), .copy: .seconds(60),
        .fetch: .seconds(60), .cleanUp: .seconds(30),
    ]

    public init() {}

    /// Emulated guests run about this many times slower than the host.
    public static let emulationFactor = 6

    /// A rung's budget: guests under emulation get more. `run` has none here, the task's own time limit bounds it.
    public func budget(_ stage: LaunchStage, emulated: Bool) -> Duration {
        let base = stages[stage] ?? .seconds(60)
        let inGuest: Set<LaunchStage> = [.lease, .port, .hostKey, .login, .cloudInit, .copy, .fetch]
        return emulated && inGuest.contains(stage) ? base * LaunchBudgets.emulationFactor : base
    }
}
