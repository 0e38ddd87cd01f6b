import Foundation

/// libvirt's own schema, where it is installed together with xmllint.
enum SchemaTool {
    private static let tool = "/usr/bin/xmllint"
    private static let schemas = "/usr/share/libvirt/schemas"

    static var isThere: Bool {
        FileManager.default.isExecutableFile(atPath: tool)
            && FileManager.default.fileExists(atPath: "\(schemas)/domain.rng")
    }

    /// What xmllint says against the text, nil where it says nothing.
    static func complaint(about xml: String, schema: String) throws -> String? {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).xml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(xml.utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = ["--noout", "--relaxng", "\(schemas)/\(schema).rng", file.path]
        let output = Pipe()
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : String(decoding: said, as: UTF8.self)
    }
}
