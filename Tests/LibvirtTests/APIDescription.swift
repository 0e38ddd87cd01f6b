import Foundation
import FoundationXML

/// libvirt's own description of its interface: the numbers of all enumerations.
struct APIDescription {
    /// By the enumeration's name: each constant and its number.
    let enumerations: [String: [String: Int64]]

    /// The file that the installed libvirt names in pkg-config's `libvirt_api`.
    static let installed = Result { try APIDescription() }

    private init() throws {
        let parser = try XMLParser(data: Data(contentsOf: URL(filePath: Self.path())))
        let reader = Reader()
        parser.delegate = reader
        guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
        enumerations = reader.enumerations
    }

    private static func path() throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["pkg-config", "--variable=libvirt_api", "libvirt"]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var enumerations: [String: [String: Int64]] = [:]

        func parser(
            _ parser: XMLParser,
            didStartElement element: String,
            namespaceURI: String?,
            qualifiedName: String?,
            attributes: [String: String]
        ) {
            guard element == "enum", let type = attributes["type"], let name = attributes["name"] else { return }
            // `VIR_…_LAST` counts the others, with one exception.
            if name.hasSuffix("_LAST") && name != "VIR_NETWORK_UPDATE_COMMAND_ADD_LAST" { return }
            enumerations[type, default: [:]][name] = attributes["value"].flatMap { Int64($0) } ?? .min
        }
    }
}
