import FoundationEssentials
import Glibc
import Libvirt
import Testing

/// A daemon that takes connections and never says a word.
private struct SilentDaemon: ~Copyable {
    let path = FileManager.default.temporaryDirectory.path + "/silent-\(UUID().uuidString.prefix(8))"
    private let socket: Int32

    init() throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(socket, 8) == 0)
    }

    /// Takes one connection, if it comes soon, and drops it and all that wait.
    consuming func hangUp() {
        var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        if poll(&ready, 1, 5000) == 1 { close(accept(socket, nil, nil)) }
    }

    var uri: String { "qemu+unix:///system?socket=\(path)" }

    deinit {
        close(socket)
        unlink(path)
    }
}

@Suite struct HungPeerTests {
    @Test func openingEndsAtItsDeadline() async throws {
        let daemon = try SilentDaemon()
        let uri = daemon.uri
        let start = ContinuousClock.now
        let error = try await libvirtError { try await Connection.open(uri, timeout: .milliseconds(100)) }
        #expect(error.code == .operationTimeout)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func openingEndsWhenItsTaskIsCancelled() async throws {
        let daemon = try SilentDaemon()
        let uri = daemon.uri
        let task = Task { try await Connection.open(uri, timeout: .seconds(600)) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// libvirt then writes to a socket that nobody reads, for which a process gets a deadly signal.
    @Test func aPeerThatGoesAwayWhileItIsGreetedIsAnError() async throws {
        for _ in 0..<50 {
            let daemon = try SilentDaemon()
            let uri = daemon.uri
            let opening = Task { try await Connection.open(uri) }
            daemon.hangUp()
            await #expect(throws: LibvirtError.self) { try await opening.value }
        }
    }

    @Test func oneHungOpeningStopsNoOther() async throws {
        let daemon = try SilentDaemon()
        let uri = daemon.uri
        let hung = Task { try await Connection.open(uri, threads: 1, timeout: .seconds(600)) }
        try await withTestNode { connection in
            let alive = try await connection.isAlive()
            #expect(alive)
        }
        hung.cancel()
        _ = await hung.result
    }
}
