import Foundation
import Isolation
import VMIsolation

/// Compares what the worker was told, and what is in the sandboxes, with what must be.
struct CrashCheck {
    private let crew: Crew
    /// libvirt's daemon was killed as well, so how a machine ended may be unknown.
    private let isLax: Bool

    init(_ crew: Crew, isLax: Bool) {
        self.crew = crew
        self.isLax = isLax
    }

    func findings() throws -> [String] {
        let story = CrashStory(try crew.journal.entries())
        var findings = story.flaws
        for (id, container) in story.containers.sorted(by: { $0.key.description < $1.key.description }) {
            findings += self.findings(container).map { "\(id) (\(container.trial.kind)): \($0)" }
        }
        let records = try crew.engine.ledger.records()
        if !records.isEmpty { findings.append("the ledger still has \(records.map(\.id))") }
        let known = Set(story.containers.keys.map(\.description))
        findings += try names(in: crew.places.root + "/sandboxes").filter { !known.contains($0) }.map {
            "sandbox \($0) of nobody"
        }
        for folder in ["containers", "locks"] {
            let left = try names(in: crew.places.root + "/" + folder).filter { $0 != ".network" }
            findings += left.map { "left behind: \(folder)/\($0)" }
        }
        return findings
    }

    private func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    private func findings(_ container: CrashStory.Container) -> [String] {
        if container.isOpen { return ["nobody knows what became of it"] }
        if container.isRefused || container.isAbsent {
            // Refused and absent alike: nothing of it may ever have been made.
            let isMade =
                container.isLaunched || !container.ends.isEmpty
                || FileManager.default.fileExists(atPath: crew.places.sandbox(container.trial.id))
            return isMade ? ["it was made, and then it was lost"] : []
        }
        guard let end = container.ends.first else { return ["it has no end"] }
        var findings: [String] = []
        if container.ends.contains(where: { $0.outcome != end.outcome }) {
            findings.append("its ends differ: \(container.ends.map(\.outcome))")
        }
        if !isTrue(end.outcome, container) { findings.append("it ended as \(end)") }
        return findings + sandboxFindings(container, end)
    }

    private func isTrue(_ outcome: Outcome, _ container: CrashStory.Container) -> Bool {
        if container.trial.outcomes.contains(outcome) { return true }
        if case .destroyed = outcome { return container.isDestroyed }
        // Cut short by us before its command ran, and undone; or by its daemon's end.
        if case .launchFailed(_, let error) = outcome {
            let lost: [BulkheadError.Reason] = [.hypervisorLost, .hypervisorUnreachable]
            return error.reason == .interruptedByRestart || isLax && lost.contains(error.reason)
        }
        let blind: [Outcome] = [.monitorKilled, .destroyed]
        return isLax && container.trial.kind == .powerOff && blind.contains(outcome)
    }

    private func sandboxFindings(_ container: CrashStory.Container, _ end: Termination) -> [String] {
        let (trial, sandbox) = (container.trial, crew.places.sandbox(container.trial.id))
        let isWhole = trial.endsWell && trial.outcomes.contains(end.outcome)
        var findings: [String] = []
        for (name, expected) in [("stdout", trial.output), ("stderr", trial.errors)] {
            let data = FileManager.default.contents(atPath: sandbox + "/" + name) ?? Data()
            let text = String(decoding: data, as: UTF8.self)
            guard isWhole ? text != expected : !expected.hasPrefix(text) else { continue }
            let common = zip(text.utf8, expected.utf8).prefix { $0 == $1 }.count
            findings.append(
                "\(name) has \(text.utf8.count) bytes for \(expected.utf8.count), equal up to byte \(common): "
                    + "…\(text.utf8.dropFirst(max(0, common - 20)).prefix(60).map { String(UnicodeScalar($0)) }.joined())"
            )
        }
        let known: Set = ["stdout", "stderr", "console.log", "launch.json"]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sandbox)) ?? []
        findings += names.filter { !known.contains($0) }.map { "its sandbox has \($0)" }
        if isWhole { findings += known.subtracting(names).sorted().map { "its sandbox lacks \($0)" } }
        let told = FileManager.default.contents(atPath: sandbox + "/launch.json")
            .flatMap { try? JSONDecoder().decode(Told.self, from: $0) }
        if FileManager.default.fileExists(atPath: sandbox), told?.termination.outcome != end.outcome {
            findings.append("launch.json says \(told.map { "\($0.termination.outcome)" } ?? "nothing")")
        }
        return findings
    }

    private struct Told: Decodable { let termination: Termination }

    /// One line of figures.
    func summary() throws -> String {
        let story = CrashStory(try crew.journal.entries())
        var counts: [String: Int] = [:]
        for container in story.containers.values {
            let word =
                container.isRefused
                ? "refused"
                : container.isAbsent
                    ? "absent"
                    : container.ends.first.map { $0.outcome.error?.reason.rawValue ?? $0.outcome.name } ?? "open"
            counts[word, default: 0] += 1
        }
        let words = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let resumed = "running ones taken up again \(story.resumptions) times"
        return "\(story.containers.count) containers: \(words.joined(separator: ", ")); \(resumed)"
    }
}
