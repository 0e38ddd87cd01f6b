import Foundation

/// A real ZooKeeper on loopback, gone with the last reference.
public final class ZooKeeperServer: Sendable {
    public static let isThere =
        (jars + [java]).allSatisfy { FileManager.default.fileExists(atPath: $0) }
    private static let java = "/usr/bin/java"
    private static let jars = ["zookeeper", "slf4j-nop", "commons-cli"].map { "/usr/share/java/\($0).jar" }

    public let port: Int
    private let directory = TemporaryDirectory()
    private let process: RunningProgram

    /// - Parameter former: one that was killed; this one goes on with its data at its port.
    public init(after former: ZooKeeperServer? = nil) async throws {
        port = try former?.port ?? SocketServer().port
        let data = former?.directory.path ?? directory.path
        // A tick is what sessions are counted in, so short ones end soon.
        let configuration = """
            tickTime=200
            minSessionTimeout=200
            maxSessionTimeout=600000
            dataDir=\(data)
            clientPort=\(port)
            clientPortAddress=127.0.0.1
            admin.enableServer=false
            maxClientCnxns=0

            """
        let file = try directory.file("zoo.cfg", Array(configuration.utf8))
        process = try Self.run("server.quorum.QuorumPeerMain", [file])
        try await eventually("ZooKeeper's answer", within: .seconds(120)) { () -> Bool? in
            if let status = process.exitStatus {
                throw WaitFailure(what: "ZooKeeper; it ended with \(status): \(process.errorText.suffix(2000))")
            }
            // One that starts may take a connection and forget it.
            guard let peer = try? SocketPeer(port: port) else { return nil }
            peer.send(Array("srvr".utf8))
            let answer = try? await peer.text(until: "Mode: standalone\n", within: .seconds(1))
            return answer?.hasSuffix("Mode: standalone\n") == true ? true : nil
        }
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> RunningProgram {
        let words = [
            java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp",
            jars.joined(separator: ":"), "org.apache.zookeeper." + program,
        ]
        return try RunningProgram((words + arguments).map { Array($0.utf8) }, environment: [])
    }

    /// Makes a node that stays, with its own command line; takes seconds.
    ///
    /// - Parameter isNumbered: behind its name.
    public func create(_ path: String, _ content: String, isNumbered: Bool = false) async throws {
        try await change(["create"] + (isNumbered ? ["-s"] : []) + [path, content])
    }

    public func delete(_ path: String) async throws { try await change(["delete", path]) }

    private func change(_ words: [String]) async throws {
        let program = try Self.run("ZooKeeperMain", ["-server", "127.0.0.1:\(port)"] + words)
        let status = try await program.wait(within: .seconds(120))
        if status != 0 { throw WaitFailure(what: "a change: \(program.outputText) \(program.errorText)") }
    }

    public func kill() async throws {
        process.signal(SIGKILL)
        _ = try await process.wait(within: .seconds(60))
    }
}
