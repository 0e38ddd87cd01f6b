import Foundation
import Glibc
import HostIsolation

/// How much of something a guest could take, against how much it may.
struct Amount: Hashable, Sendable {
    var reached: UInt64
    /// Less than this is no proof: the attack was too weak to meet a wall.
    var least: UInt64
    var most: UInt64
    /// Behind the numbers.
    var unit: String

    func finding(_ id: String, _ tried: String, to: String) -> Finding {
        let (verdict, evidence): (Finding.Verdict, String) =
            if reached > most {
                (.breach, "\(reached) \(unit), where \(most) are allowed")
            } else if reached < least {
                (.notTried, "the guest came to no more than \(reached) \(unit)")
            } else {
                (.held, "\(reached) \(unit) of \(most)")
            }
        return Finding(id, .resources, tried, to: to, verdict, evidence)
    }

    /// What the files of a directory take on the host's disk whose names begin so, in KiB.
    static func space(of directory: String, _ prefix: String = "") -> UInt64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let blocks = names.filter { $0.hasPrefix(prefix) }.reduce(UInt64(0)) { sum, name in
            var status = stat()
            return lstat(directory + "/" + name, &status) == 0 ? sum + UInt64(status.st_blocks) : sum
        }
        return blocks >> 1
    }

    /// A line of a process's `/proc/PID/status` that is in KiB, in MiB; nil where it cannot be read.
    static func memory(of process: Int32, _ key: String = "VmHWM") -> UInt64? {
        ProcessStatus(of: process)?[key]?.first.flatMap { UInt64($0) }.map { $0 >> 10 }
    }
}
