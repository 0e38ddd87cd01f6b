import Foundation
import TestSupport
import Testing

/// The fuzzers' targets with their seeds, what was found once, and some mutations of both. `bin/fuzz` goes on from there.
struct SeedTests {
    private static let mutations = 400

    @Test(arguments: FuzzTarget.all.map(\.name)) func whatIsSoundOrWasFoundHolds(_ name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let known = try target.seeds + Self.files("Seeds/\(name)") + Self.files("Findings/\(name)")
        #expect(!known.isEmpty, "without a seed a fuzzer finds little")
        var random = SeededGenerator(seed: 6)
        for bytes in known {
            try target.run(bytes)
            for _ in 0..<Self.mutations / known.count { try target.run(random.mutated(bytes)) }
        }
    }

    @Test func noFileIsOfNoTarget() throws {
        let names = Set(FuzzTarget.all.map(\.name))
        for folder in ["Seeds", "Findings"] {
            let found = (try? FileManager.default.contentsOfDirectory(atPath: Self.place + folder)) ?? []
            #expect(names.isSuperset(of: found.filter { !$0.hasPrefix(".") }), "\(folder): \(found)")
        }
    }

    private static let place = URL(filePath: #filePath).deletingLastPathComponent().path + "/"

    private static func files(_ directory: String) throws -> [[UInt8]] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place + directory)) ?? []
        return try names.sorted().map { Array(try Data(contentsOf: URL(filePath: place + directory + "/" + $0))) }
    }
}

extension SeededGenerator {
    fileprivate mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<1 + Int(next() % 4) where !bytes.isEmpty {
            let place = Int(next() % UInt64(bytes.count))
            switch next() % 4 {
            case 0: bytes[place] ^= 1 << UInt8(next() % 8)
            case 1: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + Int(next() % 16)))
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + Int(next() % 32))], at: place)
            }
        }
        return bytes
    }
}
