import Foundation
import Isolation

/// What the worker was about to do and what it was told: one JSON text a line, only ever appended to, each line by one
/// call, so that a process killed in between leaves whole lines.
struct CrashJournal: Sendable {
    enum Entry: Codable {
        case began(decided: [String])
        /// Before the launch.
        case intent(Trial)
        case launched(ContainerID)
        case refused(ContainerID, BulkheadError)
        /// Before the destroy.
        case destroying(ContainerID)
        case ended(ContainerID, Termination)
        /// Known to nobody: its launch was not even begun.
        case absent(ContainerID)
        /// Asked to be, and answered that it is.
        case forgotten(ContainerID)
        case did(String)
        case flaw(String)
    }

    let path: String

    func write(_ entry: Entry) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let line = try? encoder.encode(entry) + Data("\n".utf8) else { fatalError("no JSON for \(entry)") }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        let count = line.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        guard count == line.count else { fatalError("\(path): \(errno)") }
        close(descriptor)
    }

    func entries() throws -> [Entry] {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Entry.self, from: $0) }
    }
}

/// What the journal says of each container.
struct CrashStory {
    struct Container {
        let trial: Trial
        var isLaunched = false
        var isRefused = false
        var isDestroyed = false
        var isAbsent = false
        var isForgotten = false
        var ends: [Termination] = []

        /// Nobody knows yet what became of it.
        var isOpen: Bool { !isRefused && !isAbsent && !isForgotten }
    }

    var containers: [ContainerID: Container] = [:]
    var flaws: [String] = []
    /// How often a running command was taken up again.
    var resumptions = 0

    init(_ entries: [CrashJournal.Entry]) {
        for entry in entries { tell(entry) }
    }

    private mutating func tell(_ entry: CrashJournal.Entry) {
        switch entry {
        case .intent(let trial): containers[trial.id] = Container(trial: trial)
        case .launched(let id): containers[id]?.isLaunched = true
        case .refused(let id, _): containers[id]?.isRefused = true
        case .destroying(let id): containers[id]?.isDestroyed = true
        // One whose end was written down may have been forgotten just before its process was killed.
        case .absent(let id):
            if containers[id]?.ends.isEmpty == false { containers[id]?.isForgotten = true } else {
                containers[id]?.isAbsent = true
            }
        case .ended(let id, let termination): containers[id]?.ends.append(termination)
        case .forgotten(let id): containers[id]?.isForgotten = true
        case .flaw(let text): flaws.append(text)
        case .began(let decided): resumptions += decided.count { $0.hasPrefix("follow(") }
        case .did: break
        }
    }
}
