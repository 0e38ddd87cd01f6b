import Foundation
import Isolation
import VMIsolation

/// The process that `bin/crash-test` kills: launches, resizes, measures and destroys small containers at random, and
/// writes down what it was about to do and what it was told.
@main
struct CrashWorker {
    static let usage = """
        usage: crash-worker DIRECTORY mix SEED      recover, then a random mix without end
               crash-worker DIRECTORY run ID SCRIPT recover, launch a container unless there is one, print its end
               crash-worker DIRECTORY drain         recover, wait for all to end
               crash-worker DIRECTORY check [lax]   compare journal and sandboxes with what they must be
               crash-worker DIRECTORY network       print the name of our network
               crash-worker DIRECTORY taken         print how many of its addresses are taken, if any
        """

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count >= 3 else { return fail(usage) }
        let crew = try Crew(directory: words[1])
        switch (words[2], words.dropFirst(3).first) {
        case ("mix", let seed?):
            guard let seed = UInt64(seed) else { return fail(usage) }
            var mix = Mix(crew, seed: seed)
            try await mix.run()
        case ("run", let id?):
            guard let script = words.dropFirst(4).first else { return fail(usage) }
            try await crew.begin()
            print(try await crew.run(try ContainerID(id), script).outcome)
        case ("drain", nil):
            try await crew.begin()
            try await crew.drain()
        case ("check", let strictness):
            let check = CrashCheck(crew, isLax: strictness == "lax")
            let findings = try check.findings()
            for finding in findings { print("finding: \(finding)") }
            print(try check.summary())
            if !findings.isEmpty { exit(1) }
        case ("network", nil): print(crew.network)
        case ("taken", nil):
            let use = try crew.engine.ledger.poolUse(of: crew.network)
            if use.all == 0 || use.free < use.all { print("\(use.free) of \(use.all) free") }
        default: fail(usage)
        }
    }

    private static func fail(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
        exit(2)
    }
}
