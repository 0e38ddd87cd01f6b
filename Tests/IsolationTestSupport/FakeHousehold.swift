public import Isolation
import Synchronization
public import TestSupport

/// A host, a disk and everything between them, all fakes; containerizers over it come and go.
public final class FakeHousehold: Sendable {
    public let host = FakeHost()
    public let disk = MemoryDisk()
    public let journal = Journal()
    /// Scripts of what is not an isolator.
    public let launcher = Script()
    public let store = Script()
    public let provisioner = Script()
    /// Of the isolators `a`, `b`, `c`, ….
    public let isolators: [Script]
    public let limitations: [Once<Limitation>]
    public let directory = TemporaryDirectory()
    private let optionsNow: Mutex<Containerizer.Options>
    private let process = Mutex(FakeProcess())

    public init(isolators: Int = 3) {
        self.isolators = (0..<isolators).map { _ in Script() }
        limitations = (0..<isolators).map { _ in Once() }
        var options = Containerizer.Options(bootID: "this boot") {
            HostCapacity(processors: 64, memory: .mebibytes(65536), disk: .mebibytes(65536))
        }
        for stage in LaunchStage.allCases { options.budgets.stages[stage] = FakeHousehold.budget }
        options.hookBudget = FakeHousehold.budget
        options.hangPatience = FakeHousehold.budget
        options.contactPatience = .milliseconds(20)
        optionsNow = Mutex(options)
    }

    /// Of every stage and hook; far over what an honest fake needs on a busy machine.
    public static let budget = Duration.seconds(100)

    public var options: Containerizer.Options { optionsNow.withLock { $0 } }
    public func change(_ body: (inout Containerizer.Options) -> Void) { optionsNow.withLock { body(&$0) } }

    /// For a test in which something hangs there: in these stages together, or in a hook that has none. All else keeps its
    /// time, as a busy machine needs it.
    public func shorten(_ stages: LaunchStage...) {
        change { options in
            if stages.isEmpty { options.hookBudget = .seconds(2) }
            for stage in stages { options.budgets.stages[stage] = .seconds(2) / stages.count }
            options.hangPatience = .seconds(1)
        }
    }

    public func places() throws -> StateDirectory {
        try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
    }

    /// A new process of ours, without killing the former.
    public func containerizer() throws -> Containerizer {
        let process = FakeProcess()
        self.process.withLock { $0 = process }
        let list = zip(isolators, limitations).enumerated().map { number, parts in
            ScriptedIsolator(
                FakeHousehold.name(number), script: parts.0, limitation: parts.1, journal: journal, process: process)
        }
        return try Containerizer(
            launcher: FakeLauncher(host: host, script: launcher, journal: journal, process: process), isolators: list,
            provisioner: FakeProvisioner(script: provisioner, journal: journal, process: process),
            store: MemoryStore(disk: disk, script: store, journal: journal, process: process), places: places(),
            options: options)
    }

    /// Our process is killed, whatever it does, and another one begins.
    public func restarted() throws -> Containerizer {
        kill()
        return try containerizer()
    }

    public func kill() {
        process.withLock { $0.dies() }
        disk.freeClaims()
    }

    public static func name(_ isolator: Int) -> String { String(UnicodeScalar(UInt8(97 + isolator))) }

    public static let resources = Resources(
        cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: .mebibytes(64))

    public static func config(
        _ name: String, _ command: TaskCommand = ContractCommands.fake.sleeps,
        output: ContainerConfig.Output = .sandbox, keep: Bool = false
    ) throws -> ContainerConfig {
        ContainerConfig(id: try ContainerID(name), resources: resources, command: command, output: output, keep: keep)
    }
}
