import Crypto
import Foundation
public import Isolation

/// The text of one template and where it came from.
public struct TemplateFile: Hashable, Sendable {
    /// Bytes that a template may have at most.
    public static let largestSize = 256 << 10

    /// What errors call it: its path as given.
    public let name: String
    /// With line feeds as the only line ends.
    public let text: String
    /// SHA-256 of the bytes as they lie on disk, hexadecimal.
    public let digest: String

    /// - Throws: ``BulkheadError`` with `templateUnreadable`, or `templateMalformed` where the bytes are no text.
    public init(path: String) throws(BulkheadError) {
        try self.init(name: path, bytes: TemplateFile.read(path))
    }

    /// - Throws: ``BulkheadError`` with `templateUnreadable` if it is too large, or `templateMalformed`.
    public init(name: String, text: String) throws(BulkheadError) {
        try self.init(name: name, bytes: Data(text.utf8))
    }

    private init(name: String, bytes: Data) throws(BulkheadError) {
        guard bytes.count <= TemplateFile.largestSize else {
            throw TemplateFile.unreadable(name, "it has more than \(TemplateFile.largestSize >> 10) KiB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BulkheadError(
                .templateMalformed, "template \(name)", "it is not UTF-8 text", remedy: "save it as UTF-8")
        }
        self.name = name
        self.text = text.replacingOccurrences(of: "\r\n", with: "\n")
        digest = SHA256.hash(data: bytes).hexadecimal
        try refuseEmptyAndControl()
    }

    /// Reads one byte more than allowed, so that an endless file ends as well.
    private static func read(_ path: String) throws(BulkheadError) -> Data {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw unreadable(path, "there is no such file")
        }
        guard !isFolder.boolValue else { throw unreadable(path, "it is a directory") }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            return try file.read(upToCount: largestSize + 1) ?? Data()
        } catch {
            throw unreadable(path, error.localizedDescription)
        }
    }

    private static func unreadable(_ name: String, _ detail: String) -> BulkheadError {
        BulkheadError(
            .templateUnreadable, "template \(name)", detail,
            remedy: "name a template file of at most \(largestSize >> 10) KiB that this user may read")
    }

    /// Characters that no XML document and no script needs; two of them mark lines while we render.
    private func refuseEmptyAndControl() throws(BulkheadError) {
        var line = 1
        var blank = true
        for scalar in text.unicodeScalars {
            guard XMLCharacters.allows(scalar) else {
                throw malformed(line, "it has the character U+\(String(scalar.value, radix: 16, uppercase: true))")
            }
            if scalar == "\n" { line += 1 }
            if !scalar.properties.isWhitespace { blank = false }
        }
        if blank { throw malformed(1, "it is empty") }
    }

    /// A fault of the template itself, at a line of its file.
    func malformed(_ line: Int, _ detail: String, remedy: String = "") -> BulkheadError {
        BulkheadError(
            .templateMalformed, "template \(name), line \(line)", detail,
            remedy: remedy.isEmpty ? "correct the template; docs/templates.md describes it" : remedy)
    }
}
