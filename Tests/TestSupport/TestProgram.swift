import Foundation

/// A program that a test has started by what it tests.
///
/// A process of its own writes it: a descriptor of ours would for a moment be in whatever another test starts meanwhile,
/// and no kernel runs what is open for writing (“Text file busy”).
public enum TestProgram {
    /// - Returns: the path.
    @discardableResult
    public static func write(_ text: String, at path: String) throws -> String {
        let (install, input) = (Process(), Pipe())
        install.executableURL = URL(fileURLWithPath: "/usr/bin/install")
        install.arguments = ["-m", "755", "/dev/stdin", path]
        install.standardInput = input
        try install.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        install.waitUntilExit()
        guard install.terminationStatus == 0 else { throw WaitFailure(what: "a program at \(path)") }
        return path
    }
}
