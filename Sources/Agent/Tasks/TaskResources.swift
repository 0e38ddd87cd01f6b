import Isolation
import Mesos

/// Mesos' resources as a container takes them: `cpus`, `mem` and `disk`, the latter two in MiB.
enum TaskResources {
    /// For those that name no disk.
    static let scratch = Memory.mebibytes(64)

    static func sum(_ lists: [[Mesos_V1_Resource]]) -> Resources {
        func total(_ name: String) -> Double {
            lists.joined().reduce(0) { $1.name == name ? $0 + max(0, $1.scalar.value) : $0 }
        }
        let disk = total("disk")
        return Resources(
            cpus: CPUs(thousandths: Int((total("cpus") * 1000).rounded())), memory: amount(total("mem")),
            disk: disk > 0 ? amount(disk) : scratch)
    }

    private static func amount(_ mebibytes: Double) -> Memory {
        Memory(bytes: UInt64(min(mebibytes * 1_048_576, 0x1p60)))
    }
}
