import Foundation
import Isolation
import VMIsolation

/// Plans and templates for the tests.
enum TemplateSamples {
    /// The repository's own templates.
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../templates").standardizedFileURL.path

    static func builtInText() throws -> String {
        try String(contentsOfFile: "\(directory)/domain.xml", encoding: .utf8)
    }

    static func plan(memory: Memory = .mebibytes(512), cpus: Int = 1500) throws -> DomainPlan {
        let resources = Resources(cpus: CPUs(thousandths: cpus), memory: memory, disk: .mebibytes(1024))
        return try DomainPlan.sample(resources, acceleration: .tcg, templateDigest: "0123abcd")
    }

    /// Our own template with one piece of it replaced.
    static func template(replacing piece: String, with other: String) throws -> DomainTemplate {
        let text = try builtInText()
        guard text.contains(piece) else { throw MissingPiece(piece: piece) }
        return try template(text.replacingOccurrences(of: piece, with: other))
    }

    static func template(_ text: String) throws -> DomainTemplate {
        try DomainTemplate(TemplateFile(name: "my.xml", text: text))
    }

    struct MissingPiece: Error { var piece: String }

    /// The line of the first piece in our own template.
    static func line(of piece: String) throws -> Int? {
        try builtInText().split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains(piece) }.map { $0 + 1 }
    }
}

/// The error that a call ends with, nil where it ends well.
func bulkheadError(_ call: () throws -> Void) -> BulkheadError? {
    do {
        try call()
        return nil
    } catch {
        return error as? BulkheadError
    }
}
