import Foundation
import Isolation
import Mesos
import SwiftProtobuf

/// `--resources` and `--attributes` as Mesos writes them: `NAME:VALUE;NAME:VALUE`.
enum AgentResources {
    /// - Parameters:
    ///   - disk: where the host's free space is looked up.
    ///   - hasMachines: of the memory that is found out, what machine monitors take is left aside.
    /// - Throws: ``BulkheadError`` with `badResource`.
    static func resources(
        _ text: String, disk path: String, hasMachines: Bool
    ) throws(BulkheadError) -> [Mesos_V1_Resource] {
        var amounts = found(disk: path)
        if hasMachines, let memory = amounts["mem"] {
            amounts["mem"] = withoutMonitors(memory, machines: ProcessInfo.processInfo.activeProcessorCount)
        }
        for (name, value) in try pairs(text, "--resources") {
            guard amounts[name] != nil else {
                throw bad("--resources “\(name)”", "there is no such resource here", "name cpus, mem and disk")
            }
            guard let amount = Double(value), amount.isFinite, amount >= 0, amount < 0x1p40 else {
                throw bad("--resources “\(name):\(value)”", "it is no amount", "give a number, mem and disk in MiB")
            }
            amounts[name] = amount
        }
        return ["cpus", "mem", "disk"].map { name in
            .with {
                $0.name = name
                $0.type = .scalar
                $0.scalar.value = amounts[name] ?? 0
            }
        }
    }

    /// Mesos' own rule: the host keeps 1 GiB of memory and 5 GiB of disk for itself, or half of less than twice that.
    private static func found(disk path: String) -> [String: Double] {
        let info = ProcessInfo.processInfo
        // The directory may have yet to be made.
        let place = nearestPlace(to: path)
        let space = try? FileManager.default.attributesOfFileSystem(forPath: place)[.systemSize] as? NSNumber
        func rest(_ bytes: UInt64, _ own: Double) -> Double {
            let mebibytes = (Double(bytes) / 1_048_576).rounded(.down)
            return mebibytes > 2 * own ? mebibytes - own : (mebibytes / 2).rounded(.down)
        }
        return [
            "cpus": Double(info.activeProcessorCount), "mem": rest(info.physicalMemory, 1024),
            "disk": rest(space?.uint64Value ?? 0, 5120),
        ]
    }

    /// What guests can have of the memory, in MiB, where there are as many as the host has processors.
    static func withoutMonitors(_ memory: Double, machines: Int) -> Double {
        let share = Memory.mebibytes(UInt64(memory) / UInt64(machines))
        let overhead = MemoryOverhead().overhead(memory: share, virtualCPUs: 1, devices: 2)
        return max(0, memory - Double(machines) * (Double(overhead.bytes) / 1_048_576).rounded(.up))
    }

    /// - Throws: ``BulkheadError`` with `badOption`.
    static func attributes(_ text: String) throws(BulkheadError) -> [Mesos_V1_Attribute] {
        try pairs(text, "--attributes").map { name, value in
            .with {
                $0.name = name
                if let number = Double(value), number.isFinite {
                    $0.type = .scalar
                    $0.scalar.value = number
                } else {
                    $0.type = .text
                    $0.text.value = value
                }
            }
        }
    }

    /// - Throws: ``BulkheadError`` with `badOption`.
    static func domain(_ text: String) throws(BulkheadError) -> Mesos_V1_DomainInfo {
        do { return try MesosJSON.decode(from: Array(text.utf8)) } catch {
            throw FlagValues.bad(
                "--domain", "it is no DomainInfo: \(error)",
                #"write {"fault_domain":{"region":{"name":"eu"},"zone":{"name":"eu-1"}}}"#)
        }
    }

    private static func pairs(_ text: String, _ flag: String) throws(BulkheadError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for part in text.split(separator: ";") {
            let words = part.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard words.count == 2, words.allSatisfy({ !$0.isEmpty }) else {
                throw bad("\(flag) “\(part)”", "it is no NAME:VALUE", "separate several by “;”")
            }
            pairs.append((words[0], words[1]))
        }
        return pairs
    }

    private static func bad(_ subject: String, _ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.badResource, subject, why, remedy: remedy)
    }
}
