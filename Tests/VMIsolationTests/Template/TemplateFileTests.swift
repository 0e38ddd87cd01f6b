import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct TemplateFileTests {
    private func path(with bytes: Data) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("template-\(UUID()).xml")
        try bytes.write(to: file)
        return file.path
    }

    private func reason(_ path: String) -> BulkheadError.Reason? {
        bulkheadError { _ = try TemplateFile(path: path) }?.reason
    }

    @Test func theDigestIsThatOfTheBytes() throws {
        let path = try path(with: Data("abc\r\n".utf8))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try TemplateFile(path: path)
        #expect(file.digest == "552bab6864c7a7b69a502ed1854b9245c0e1a30f008aaa0b281da62585fdb025")
        #expect(file.text == "abc\n")
        #expect(file.name == path)
    }

    @Test func whatCannotBeReadIsNamed() throws {
        #expect(reason("/no/such/template.xml") == .templateUnreadable)
        #expect(reason("/") == .templateUnreadable)
        #expect(reason("/dev/zero") == .templateUnreadable)
    }

    @Test(arguments: [
        (Data(), "empty"), (Data(" \n\t\n".utf8), "empty"), (Data([0x3C, 0xFF, 0xFE]), "UTF-8"),
        (Data([0x3C, 0x61, 0x0A, 0x00]), "U+0"), (Data("<a>\u{FFFE}</a>".utf8), "U+FFFE"),
    ])
    func whatIsNoTextIsNamed(_ bytes: Data, _ detail: String) throws {
        let path = try path(with: bytes)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = bulkheadError { _ = try TemplateFile(path: path) }
        #expect(error?.reason == .templateMalformed)
        #expect(error?.detail.contains(detail) == true)
    }

    @Test func theLimitIsExact() throws {
        let fits = try path(with: Data(repeating: 0x20, count: TemplateFile.largestSize - 1) + Data("a".utf8))
        let tooLarge = try path(with: Data(repeating: 0x61, count: TemplateFile.largestSize + 1))
        defer { for path in [fits, tooLarge] { try? FileManager.default.removeItem(atPath: path) } }
        #expect(try TemplateFile(path: fits).text.utf8.count == TemplateFile.largestSize)
        #expect(reason(tooLarge) == .templateUnreadable)
    }
}
