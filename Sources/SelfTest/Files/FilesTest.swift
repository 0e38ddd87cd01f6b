import Foundation
import Isolation
import VMIsolation

/// Fetches files from a guest whose `tar` sends what it likes.
struct FilesTest: Sendable {
    let canary: Canary
    /// Runs from here on, in place of whatever the guest packs its files with.
    private static let takeOver = """
        for program in tar unshare; do for folder in /bin /usr/bin; do
        [ -d $folder ] && rm -f $folder/$program && printf '#!/bin/sh\\nexec cat /tmp/archive\\n' >$folder/$program
        chmod +x $folder/$program
        done; done; echo "taken over"
        """

    /// - Throws: ``BulkheadError`` where the canary does not do what it is told to, or nothing can be written here.
    func run() async throws -> [Finding] {
        canary.type(Self.takeOver)
        try await canary.awaitLine("taken over", within: .seconds(20))
        let bait = canary.bait
        var findings: [Finding] = []
        _ = try await fetch(HostileArchive.honest)
        let came = FileManager.default.contents(atPath: bait.fetched + "/hello") == Data("hello".utf8)
        let honest = HostileArchive.honest
        findings.append(
            Finding(control: honest.id, honest.tried, to: "the host", works: came, "it came as it was"))
        for archive in HostileArchive.all(bait: bait.path) {
            let words = try await fetch(archive)
            findings.append(Self.judge(archive.id, archive.tried, words, bait.faults()))
        }
        return findings + [try await tooMany()]
    }

    private static func judge(_ id: String, _ tried: String, _ words: String, _ faults: [String]) -> Finding {
        Finding(
            id, .files, tried, to: "the host", faults.isEmpty ? .held : .breach,
            faults.isEmpty ? words : faults.joined(separator: ", "))
    }

    /// More files than the guest's disk can hold. What was there before, whole, is to stay as it was.
    private func tooMany() async throws -> Finding {
        let count = ExtractionLimits(ofDisk: Canary.resources.disk).entries + 2000
        _ = try await fetch(HostileArchive.honest)
        canary.type("\(Canary.program) tree \(count) \(HostileArchive.top) >/tmp/archive; echo \"next: many\"")
        try await canary.awaitLine("next: many", within: .seconds(30))
        let words = try await fetch()
        canary.type("rm /tmp/archive")
        var faults = canary.bait.faults()
        if FileManager.default.contents(atPath: canary.bait.fetched + "/hello") != Data("hello".utf8) {
            faults.append("the former copy is gone")
        }
        return Self.judge("file-count", "send \(count) files", words, faults)
    }

    /// - Returns: what became of it, in words.
    private func fetch(_ archive: HostileArchive) async throws -> String {
        try canary.bait.lay()
        let text = Data(archive.bytes).base64EncodedString(options: .lineLength76Characters)
        canary.type("base64 -d >/tmp/archive <<END\n\(text)\nEND\necho \"next: \(archive.id)\"")
        try await canary.awaitLine("next: \(archive.id)", within: .seconds(20))
        return try await fetch()
    }

    private func fetch() async throws -> String {
        do {
            let notes = try await canary.fetch().flatMap(\.notes)
            return notes.isEmpty ? "came without harm" : "left out: " + notes.joined(separator: ", ")
        } catch let error as BulkheadError {
            return "refused: \(error.detail)"
        }
    }
}
