import Foundation
import Glibc
import Isolation
import Testing

@testable import VMIsolation

/// Mutated archives: whatever comes, nothing outside the directory is touched, and no memory is lost.
struct TarReaderFuzzTests {
    private static let rounds = 100_000
    private static let planted = [
        ("out", "../outside"), ("v", "../outside/victim"), ("up", ".."), ("d/out", "../../outside"),
    ]
    private static let time = Duration.seconds(6)

    private let directory: ScratchDirectory
    private let target: String
    private var limits = ExtractionLimits()

    init() throws {
        directory = try ScratchDirectory()
        target = directory.path("target")
        limits.bytes = 64 << 10
        limits.entries = 40
        try directory.makeDirectory("outside")
        try directory.write("outside/victim", Array("safe".utf8))
        try plantTarget()
    }

    /// A fresh target in which links lead out already.
    private func plantTarget() throws {
        try? FileManager.default.removeItem(atPath: target)
        try directory.makeDirectory("target/d")
        try directory.write("target/f", [1])
        for (name, link) in [
            ("out", "../outside"), ("v", "../outside/victim"), ("up", ".."), ("d/out", "../../outside"),
        ] {
            #expect(symlink(link, target + "/" + name) == 0)
        }
    }

    @Test func noMutationLeavesTheDirectory() throws {
        let outside = try fingerprint()
        var fuzzer = TarFuzzer(seed: 20)
        let end = ContinuousClock.now + Self.time
        var (done, extracted) = (0, 0)
        let memory = residentBytes()
        while done < Self.rounds, ContinuousClock.now < end {
            let bytes = fuzzer.next()
            if (try? TarTest.extract(bytes, into: target, limits: limits, chunk: 700)) != nil { extracted += 1 }
            done += 1
            guard done % 250 == 0 else { continue }
            try expectAllLinksStayInside(after: done)
            try #require(try fingerprint() == outside, "before round \(done)")
            try plantTarget()
        }
        #expect(residentBytes() - memory < 64 << 20)
        print("mutated archives: \(done), sound ones among them: \(extracted)")
        // Both sorts have to be frequent, or the test says little.
        #expect(done >= 500 && extracted > done / 50 && extracted < done)
    }

    /// No new link, followed step by step as written, leaves the directory.
    private func expectAllLinksStayInside(after round: Int) throws {
        for name in FileManager.default.subpaths(atPath: target) ?? [] {
            #expect(!name.contains(".bulkhead-"), "left over after round \(round)")
            guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: target + "/" + name),
                !Self.planted.contains(where: { $0 == (name, link) })
            else { continue }
            var depth = name.split(separator: "/").count - 1
            for step in link.split(separator: "/") where step != "." {
                depth += step == ".." ? -1 : 1
                #expect(depth >= 0, "\(name) → \(link), before round \(round)")
            }
            #expect(!link.hasPrefix("/"), "\(name) → \(link), before round \(round)")
        }
    }

    /// All that is outside: names, contents, modes and times of change.
    private func fingerprint() throws -> [String] {
        let names = try directory.names() + directory.names(in: "outside").map { "outside/" + $0 }
        return try names.filter { $0 != "target" }.map { name in
            let status = try TarTest.status(directory.path(name))
            return
                "\(name) \(status.st_mode) \(status.st_ino) \(status.st_size) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
        }
    }

    private func residentBytes() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
