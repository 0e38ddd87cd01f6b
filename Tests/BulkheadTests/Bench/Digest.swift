import Foundation
import TestSupport

/// In hexadecimal, by the machine's own tool.
func sha256(_ bytes: [UInt8]) throws -> String {
    let directory = TemporaryDirectory()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = [try directory.file("data", bytes)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let line = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return String(line.prefix(64))
}
