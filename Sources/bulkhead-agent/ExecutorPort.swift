import Agent
import Foundation
import Isolation

/// The port that executors know. They come back to it after a restart of the agent, so it stays the same.
enum ExecutorPort {
    /// - Returns: 0 where none was chosen yet.
    /// - Throws: ``BulkheadError`` with `stateUnusable`.
    static func kept(in directory: String) throws(BulkheadError) -> Int {
        let path = file(directory)
        guard let data = FileManager.default.contents(atPath: path) else { return 0 }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let port = Int(text), 1...65535 ~= port else {
            throw BulkheadError(
                .stateUnusable, path, "“\(text.prefix(20))” is no port",
                remedy: "write the one that executors were given, or remove it: those that run now are lost then")
        }
        return port
    }

    static func keep(_ address: AgentServer.Address, in directory: String) throws(BulkheadError) {
        guard case .tcp(_, let port) = address else { return }
        try PrivateFile.replace(file(directory), with: Array("\(port)\n".utf8))
    }

    private static func file(_ directory: String) -> String { directory + "/executor.port" }
}
