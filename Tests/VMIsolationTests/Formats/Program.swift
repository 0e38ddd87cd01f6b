import Foundation

/// A program of the system that the tests take as judge.
struct Program {
    struct Result {
        var status: Int32
        var output: [UInt8]
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let name: String

    init(_ name: String) { self.name = name }

    private var path: String? {
        let candidates = ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + name }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func isThere(_ name: String) -> Bool { Program(name).path != nil }

    /// Runs it to its end.
    ///
    /// - Returns: status, and standard output and error together.
    func run(_ arguments: [String], input: [UInt8] = [], in directory: String? = nil) throws -> Result {
        let files = try ScratchDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? name)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let output = try files.write("out", [])
        process.standardInput = FileHandle(forReadingAtPath: try files.write("in", input))
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: output)
        try process.run()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: try files.read("out"))
    }
}
