import Isolation
import Mesos
import NIOPosix
import TestSupport
import Testing

@testable import Agent

/// How the link asks a master for registration that does not answer.
struct MasterLinkTests {
    /// Follows a master at a port for as long as the body lasts. It pauses for hours between its attempts.
    private func following(_ port: Int, _ body: () async throws -> Void) async throws {
        let trial = try await AgentTrial { $0.hasMaster = true }
        var options = MasterOptions()
        (options.registrationBackoff, options.returnPause) = (.seconds(36_000), .milliseconds(50))
        let own = UPID(id: MasterLink.process, host: "127.0.0.1", port: 1)
        let link = MasterLink(
            try masterDetector(for: "127.0.0.1:\(port)"), executors: trial.executors, options: options, own: own,
            inbox: MasterInbox(needsPeerAddress: true),
            sender: LibprocessSender(from: own, group: MultiThreadedEventLoopGroup.singleton),
            volumes: VolumeDirectories(workDirectory: trial.directory.path))
        try await withThrowingTaskGroup { group in
            group.addTask { try await link.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func aMasterThatIsBackIsAskedAtOnce() async throws {
        let port = try SocketServer().port
        try await following(port) {
            for _ in 0..<3 {
                // It is away by now, and was tried in vain.
                try await Task.sleep(for: .milliseconds(300))
                let peer = try await SocketServer(port: port).accept(within: .seconds(20))
                let line = try await peer.text(until: "\r\n", within: .seconds(20))
                #expect(line == "POST /master/mesos.internal.RegisterSlaveMessage HTTP/1.1\r\n")
            }
        }
    }

    /// As something between us and the master would that has none to pass us on to.
    @Test func oneThatBreaksConnectionsOffIsAskedLessAndLess() async throws {
        let server = try SocketServer()
        try await following(server.port) {
            var connections = 0
            let end = ContinuousClock.now + .seconds(4)
            while ContinuousClock.now < end {
                if server.acceptIfAny() != nil { connections += 1 }
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(4...24 ~= connections, "\(connections)")
        }
    }
}
