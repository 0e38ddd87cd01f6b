import FoundationEssentials
import Libvirt
import Testing

@Suite struct ConnectionTests {
    @Test func tellsAboutItsHost() async throws {
        try await withTestNode { connection in
            #expect(try await connection.uri().hasPrefix("test:///"))
            #expect(try await !connection.hostname().isEmpty)
            #expect(try await connection.capabilities().contains("<capabilities>"))
            let error = try await libvirtError { try await connection.domainCapabilities(machine: "q35") }
            #expect(error.code == .noSupport)
            #expect(try await connection.daemonVersion() == LibvirtVersion.library)
            #expect(try await connection.isAlive())
            let info = try await connection.nodeInfo()
            #expect(info.model == "i986")
            #expect(info.cpus == 50)
            #expect(info.megahertz == 6000)
            #expect(info.memory == Kibibytes(8_192_000))
            #expect(info.threads == 2)
        }
        // Only the driver's built-in host has cells of memory.
        let host = try await Connection.open("test:///default")
        #expect(try await host.freeMemory() > Kibibytes(0))
    }

    @Test func versionsHaveThreeParts() {
        let version = LibvirtVersion(rawValue: 11_002_003)
        #expect(version.description == "11.2.3")
        #expect(version == LibvirtVersion(11, 2, 3))
        #expect(LibvirtVersion(9) < version)
    }

    @Test func aMissingDaemonIsAnError() async throws {
        let error = try await libvirtError { try await Connection.open("qemu+unix:///system?socket=/nowhere/sock") }
        #expect(error.code == .systemError)
        #expect(error.message.contains("/nowhere/sock"))
    }

    @Test func aReadOnlyConnectionChangesNothing() async throws {
        let connection = try await Connection.open("test:///default", readOnly: true)
        let error = try await libvirtError { try await connection.defineDomain(xml: domainXML("a")) }
        #expect(error.code == .operationDenied)
    }

    @Test func aClosedConnectionRefusesCalls() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            connection.close()
            connection.close()
            let error = try await libvirtError { try await connection.hostname() }
            #expect(error.code == .invalidConnection)
            #expect(error.call == "virConnectGetHostname")
            #expect(try await libvirtError { try await domain.state() }.code == .invalidConnection)
            #expect(domain.id == 1)
        }
    }

    @Test func closingEndsTheStreamOfCloseEventsWithoutOne() async throws {
        try await withTestNode { connection in
            let early = connection.closeEvents()
            connection.close()
            for stream in [early, connection.closeEvents()] {
                for await reason in stream { Issue.record("\(reason)") }
            }
        }
    }

    @Test func driversWithoutAPeerHaveNoKeepAlive() async throws {
        try await withTestNode { connection in
            let error = try await libvirtError { try await connection.setKeepAlive(interval: .seconds(5), count: 3) }
            #expect(error.code == .noSupport)
        }
    }

    @Test func aZeroByteDoesNotCutAnArgumentShort() async throws {
        try await withTestNode { connection in
            let error = try await libvirtError { try await connection.domain(named: "running\0x") }
            #expect(error.code == .invalidArgument)
        }
    }

    @Test func manyCallsAtOnce() async throws {
        try await withTestNode { connection in
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let domain = try await connection.defineDomain(xml: domainXML("many-\(number)"))
                        try await domain.start()
                        let state = try await domain.state()
                        guard case .running = state else { return "\(number): \(state)" }
                        try await domain.destroy()
                        try await domain.undefine()
                        return "done"
                    }
                }
                for try await result in group { #expect(result == "done") }
            }
            #expect(try await connection.domains().map(\.name) == ["running"])
        }
    }

    @Test func aCancelledTaskGetsNoAnswer() async throws {
        try await withTestNode { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await connection.domain(named: "running")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }
}
