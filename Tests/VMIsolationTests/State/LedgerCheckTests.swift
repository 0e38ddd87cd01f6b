import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct LedgerCheckTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }
    private var content: Data? { FileManager.default.contents(atPath: path) }
    private var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    private func makeLedger() throws {
        let ledger = try Ledger(path: path)
        for number in 0..<200 { try ledger.add(SampleRecord.make("c\(number)")) }
    }

    @Test func aMissingOneStaysMissing() {
        #expect(LedgerCheck(path: path).check.verdict == .ok)
        #expect(files.isEmpty)
    }

    @Test func aSoundOneIsReadAndLeftAsItIs() throws {
        try makeLedger()
        let (before, bytes) = (files, content)
        do {
            let seen = LedgerCheck(path: path)
            #expect(seen.check.verdict == .ok && seen.check.evidence.contains("200"), "\(seen.check)")
            #expect(try seen.ledger?.records().count == 200)
        }
        #expect(
            content == bytes && files.allSatisfy { before.contains($0) || $0.hasSuffix("-wal") || $0.hasSuffix("-shm") }
        )
    }

    @Test func oneThatIsInUseIsRead() throws {
        let ledger = try Ledger(path: path)
        try ledger.add(SampleRecord.make("a"))
        #expect(try LedgerCheck(path: path).ledger?.records().map(\.id.description) == ["a"])
        try ledger.add(SampleRecord.make("b"))
        #expect(try ledger.records().count == 2)
    }

    @Test(arguments: ["junk", "cut", "garbage"]) func aBrokenOneIsAFailedCheck(_ how: String) throws {
        try makeLedger()
        var bytes = try #require(content)
        switch how {
        case "junk": bytes = Data("this is no database, and it is long enough to be read as one".utf8)
        case "cut": bytes.removeLast(bytes.count / 2)
        default: for place in 4096..<bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 37) }
        }
        try bytes.write(to: URL(filePath: path))
        let seen = LedgerCheck(path: path)
        #expect(seen.check.verdict == .failure && seen.ledger == nil)
        #expect(seen.check.evidence.contains(path) && seen.check.fix.contains("move it away"), "\(seen.check)")
        #expect(content == bytes)
    }
}
