import Foundation
import HostIsolation
import Isolation
import VMIsolation

/// Has one guest take all it can get, and sees that the host and the other guest go on.
struct ResourceTest: Sendable {
    let attacker: Canary
    let neighbour: Canary
    let place: GuestPlace
    let state: StateDirectory

    /// Each attack's time in the guest.
    private static let seconds = 3
    /// How often it is begun again where it was too weak to prove anything.
    private static let tries = 6
    /// virtlogd's file of 2 MiB and three older ones.
    private static let consoleLimit: UInt64 = 8
    private static let patience: UInt64 = 5000

    /// Begins what takes long; other tests may go on meanwhile.
    func begin() { attacker.type("touch \(Canary.floodSign)") }

    /// - Throws: ``BulkheadError`` where a canary does not do what it is told to.
    func run() async throws -> [Finding] {
        [
            try await logFlood(), try await consoleFlood(), try await diskFiller(), try await forkBomb(),
            try await memoryHog(),
        ]
    }

    private func logFlood() async throws -> Finding {
        let directory = state.sandbox(attacker.id)
        let limits = LogLimits()
        // Files of a log bear where they begin: with this one more was written than is kept.
        let full = limits.total.bytes - limits.fileSize.bytes
        let latest = ContinuousClock.now + .seconds(60)
        while Self.lastBeginning(in: directory) < full, ContinuousClock.now < latest {
            try await Task.sleep(for: .milliseconds(100))
        }
        let wasTried = Self.lastBeginning(in: directory) >= full
        return Amount(
            reached: Amount.space(of: directory, "stdout") >> 10, least: wasTried ? 0 : .max,
            most: limits.total.mebibytes + 1, unit: "MiB"
        ).finding("log-flood", "write \(Canary.flood >> 20) MiB of output", to: "the host's disk")
    }

    private static func lastBeginning(in directory: String) -> UInt64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasPrefix("stdout.") }.compactMap { UInt64($0.dropFirst(7)) }.max() ?? 0
    }

    /// The log is bounded by who writes it: libvirt's log daemon. QEMU itself would let it grow.
    private func consoleFlood() async throws -> Finding {
        let least: UInt64 = 16
        var kept: UInt64 = 0
        // A busy host gives a guest little time.
        for _ in 0..<Self.tries where kept < least {
            try await command("timeout \(Self.seconds) sh -c 'yes $0$0$0$0$0$0$0$0 >/dev/console' flooding")
            kept = Amount.space(of: state.container(attacker.id), "console.log")
        }
        var finding = Amount(reached: kept, least: least, most: Self.consoleLimit << 10, unit: "KiB")
            .finding("console-flood", "write to the console without end", to: "the host's disk")
        if Self.files(of: place).contains(where: { $0.hasSuffix("/console.log") }) {
            finding.verdict = .breach
            finding.evidence = "QEMU itself writes the log, which nothing bounds"
        }
        return finding
    }

    /// What a guest's QEMU has open.
    private static func files(of place: GuestPlace) -> [String] {
        guard let monitor = place.monitor else { return [] }
        let folder = "/proc/\(monitor)/fd"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
        }
    }

    private func diskFiller() async throws -> Finding {
        try await command("dd if=/dev/zero of=/sandbox/all bs=65536 2>/dev/null")
        let size = Canary.resources.disk.mebibytes
        let used = Amount.space(of: state.container(attacker.id), "scratch")
        return Amount(reached: used >> 10, least: size * 3 / 4, most: size + 4, unit: "MiB")
            .finding("disk-filler", "fill the disk", to: "the host's disk")
    }

    private func forkBomb() async throws -> Finding {
        let before = Self.processorTime(of: place)
        var slowest: UInt64 = 0
        var used = 0
        for round in 0..<Self.tries where used < 50 {
            attacker.type("\(Canary.program) fork \(Self.seconds) </dev/null")
            for number in 0..<Self.seconds * 2 {
                slowest = max(slowest, try await answerTime("bomb \(round) \(number)"))
                try await Task.sleep(for: .milliseconds(500))
            }
            used = Self.processorTime(of: place) - before
        }
        let tried = "start processes without end"
        guard used >= 50 else {
            return Finding(
                "fork-bomb", .resources, tried, to: "the other guest", .notTried, "it took no processor time")
        }
        return Amount(reached: slowest, least: 0, most: Self.patience, unit: "ms for an answer").finding(
            "fork-bomb", tried, to: "the other guest")
    }

    private func memoryHog() async throws -> Finding {
        let limit = MemoryOverhead(emulated: place.isEmulated).hardLimit(for: Canary.resources, disks: 2).mebibytes
        let least = Canary.resources.memory.mebibytes
        attacker.type("\(Canary.program) hog </dev/null")
        try await Task.sleep(for: .seconds(Self.seconds))
        _ = try await answerTime("hog")
        return Amount(
            reached: place.monitor.flatMap { Amount.memory(of: $0) } ?? 0, least: least, most: limit, unit: "MiB"
        ).finding("memory-hog", "take all memory", to: "the host's memory")
    }

    /// Runs a command in the attacking guest to its end.
    private func command(_ command: String) async throws {
        let sign = "over: \(UUID().uuidString)"
        attacker.type("\(command); echo \"\(sign)\"")
        try await attacker.awaitLine(sign, within: .seconds(30))
    }

    /// How long the other guest takes to say something, in milliseconds.
    private func answerTime(_ word: String) async throws -> UInt64 {
        let start = ContinuousClock.now
        neighbour.type("echo \(word)")
        try await neighbour.awaitLine(word, within: .seconds(60))
        return UInt64((ContinuousClock.now - start) / .milliseconds(1))
    }

    /// Of a guest's QEMU, in hundredths of a second.
    private static func processorTime(of place: GuestPlace) -> Int {
        place.monitor.flatMap { ProcessTable.entry($0) }.map { Int($0.user + $0.system) } ?? 0
    }
}
