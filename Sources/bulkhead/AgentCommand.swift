import ArgumentParser
import Foundation
import Glibc
import Isolation

/// Becomes `bulkhead-agent`, which lies beside this program.
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Runs the host agent; docs/agent.md.",
        discussion: "All arguments go to the program bulkhead-agent beside this one: bulkhead agent --help")

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() throws {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = own.deletingLastPathComponent().path + "/bulkhead-agent"
        let words = ([program] + arguments).map { RawText.decode($0) + [0] }
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { word in
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count)
            for (index, byte) in word.enumerated() { copy[index] = CChar(bitPattern: byte) }
            return copy
        }
        pointers.append(nil)
        signal(SIGPIPE, SIG_DFL)
        execv(program, pointers)
        throw BulkheadError(
            .toolMissing, program, String(cString: strerror(errno)),
            remedy: "install bulkhead-agent into the directory of bulkhead")
    }
}
