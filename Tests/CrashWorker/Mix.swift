import Foundation
import Isolation
import IsolationTestSupport
import TestSupport

/// A random mix of all that an agent asks for; the same seed asks for the same, as far as the guests allow.
struct Mix {
    private static let most = 3
    private let crew: Crew
    private let seed: UInt64
    private var random: SeededGenerator

    init(_ crew: Crew, seed: UInt64) {
        self.crew = crew
        self.seed = seed
        random = SeededGenerator(seed: seed)
    }

    mutating func run() async throws {
        try await crew.begin()
        var count = 0
        while true {
            let records = await crew.containerizer.list()
            // Two that boot hold each other up: most are to come to run their command before the next kill.
            let isBooting = records.contains { [.preparing, .starting].contains($0.life.state) }
            if records.count < Mix.most, !isBooting || Int.random(in: 0..<20, using: &random) == 0 {
                count += 1
                try await launch(try ContainerID("c\(seed)-\(count)"))
            } else {
                // Mostly one that runs: the others answer with an error.
                let running = records.filter { $0.life.state == .running }
                let some = running.isEmpty || Int.random(in: 0..<4, using: &random) == 0 ? records : running
                if let record = some.randomElement(using: &random) { try await disturb(record) }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &random)))
        }
    }

    private mutating func launch(_ id: ContainerID) async throws {
        let trial = Trial(id, using: &random)
        let config = Crew.config(id, trial.script, memory: Int.random(in: 96...128, using: &random))
        let crew = crew
        Task { await crew.launch(config, trial) }
        // Its place is taken before the next one is chosen.
        for _ in 0..<100 {
            if await crew.containerizer.list().contains(where: { $0.id == id }) { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Asks for something that may fail by name, as the container may be in any state.
    private mutating func disturb(_ record: ContainerRecord) async throws {
        let (id, crew) = (record.id, crew)
        switch Int.random(in: 0..<40, using: &random) {
        case 0:
            crew.journal.write(.destroying(id))
            Task { try await crew.containerizer.destroy(id) }
        case 1...8:
            var resources = record.config.resources
            resources.cpus = CPUs(thousandths: Int.random(in: 3...10, using: &random) * 100)
            resources.memory = .mebibytes(UInt64.random(in: 80...128, using: &random))
            await attempt("update of \(id)") { "\(try await crew.containerizer.update(id, to: resources))" }
        case 9...14: await attempt("usage of \(id)") { "\(try await crew.containerizer.usage(of: id).timestamp ?? 0)" }
        case 15...16: await attempt("usage of all") { "\(try await crew.containerizer.usage().count)" }
        case 17...18: await attempt("status of \(id)") { try await crew.containerizer.status(of: id).state }
        default: return
        }
    }

    /// An error without a name is a flaw.
    private func attempt(_ what: String, _ body: () async throws -> String) async {
        do { crew.journal.write(.did("\(what): \(try await body().prefix(200))")) } catch let error as BulkheadError {
            crew.journal.write(.did("\(what): \(error.reason): \(error.detail.prefix(200))"))
        } catch { crew.journal.write(.flaw("\(what) threw \(error)")) }
    }
}
