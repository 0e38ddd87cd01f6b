import Glibc
import Isolation

extension MachineStatistics {
    /// Adds up what control groups did not tell, from the processes that live: what dead ones used is lost.
    mutating func fill(_ processes: [ProcessTable.Entry]) {
        let tick = 1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))
        if cpuTime == nil {
            let user = processes.reduce(0) { $0 + $1.user } * tick
            let system = processes.reduce(0) { $0 + $1.system } * tick
            (cpuUser, cpuSystem, cpuTime) = (user, system, user + system)
        }
        if resident == nil {
            resident = Memory(
                bytes: processes.reduce(0) { $0 + $1.residentPages } * UInt64(sysconf(Int32(_SC_PAGESIZE))))
        }
    }
}
