import Foundation
import Isolation
import TestSupport
import VMIsolation

/// Plans of every shape that the template has branches for.
enum RandomPlan {
    /// - Parameter plainText: without what libvirt's schema does not take in a path.
    static func make(_ random: inout SeededGenerator, plainText: Bool = false) throws -> DomainPlan {
        let resources = Resources(
            cpus: CPUs(thousandths: Int.random(in: 10...8000, using: &random)),
            memory: .kibibytes(UInt64.random(in: 98_304...67_108_864, using: &random)), disk: .mebibytes(100))
        var plan = try DomainPlan.sample(
            resources, acceleration: Bool.random(using: &random) ? .kvm : .tcg, templateDigest: "00ff")
        if Bool.random(using: &random) {
            plan.boot = .disk
        } else {
            plan.boot = .kernel(
                kernel: path(&random, plainText), initrd: path(&random, plainText),
                commandLine: text(&random, plainText))
        }
        plan.disks = try disks(&random, plainText)
        plan.seedFile = Bool.random(using: &random) ? path(&random, plainText) : nil
        plan.consoleLog = path(&random, plainText)
        plan.interface.isolated = Bool.random(using: &random)
        if Bool.random(using: &random) { plan.monitorUser = nil }
        func rate(_ most: UInt64) -> UInt64? {
            Bool.random(using: &random) ? UInt64.random(in: 1...most, using: &random) : nil
        }
        plan.rates = RateLimits(
            diskBytesPerSecond: rate(1 << 40), diskOperationsPerSecond: rate(1_000_000),
            networkBytesPerSecond: rate(1 << 40))
        return plan
    }

    private static func disks(_ random: inout SeededGenerator, _ plain: Bool) throws -> [DomainPlan.Disk] {
        let letters = Array("abcdef").prefix(Int.random(in: 1...6, using: &random))
        var disks = letters.map { letter -> DomainPlan.Disk in
            let backing =
                Bool.random(using: &random)
                ? DomainPlan.Backing(file: path(&random, plain), format: Bool.random(using: &random) ? .raw : .qcow2)
                : nil
            return DomainPlan.Disk(
                target: "vd\(letter)", file: path(&random, plain), format: backing == nil ? .raw : .qcow2,
                backing: backing, serial: "serial-\(letter)", readOnly: Bool.random(using: &random))
        }
        if Bool.random(using: &random) {
            disks.append(
                .init(
                    device: .cdrom, target: "sda", file: path(&random, plain), format: .raw, serial: "seed",
                    readOnly: true))
        }
        return disks
    }

    private static func path(_ random: inout SeededGenerator, _ plain: Bool) -> String { "/" + text(&random, plain) }

    private static func text(_ random: inout SeededGenerator, _ plain: Bool) -> String {
        let alphabet = Array(plain ? "abc-_./09" : "abc &<>\"'{}#/!%\\é漢;$`|]")
        let count = Int.random(in: 1...24, using: &random)
        return "p" + String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "a" }) + "q"
    }
}
