import CLibvirt
import Testing

@testable import Libvirt

/// Nothing is given back too late or never.
@Suite struct ReferenceTests {
    /// A second reference to a connection, which tells whether it is the last.
    private final class Watch {
        private let pointer: virConnectPtr
        private weak var reference: ConnectionReference?
        private weak var receiver: DomainEventReceiver?

        init(_ connection: Connection) {
            pointer = connection.handle.pointer
            reference = connection.handle.reference
            receiver = connection.handle.events.receiver
            virConnectRef(pointer)
        }

        var isOpen: Bool { reference != nil }

        /// Whether all but our own reference are gone, or go soon. Ask once.
        func isLast() async throws -> Bool {
            let gone = try await eventually { reference == nil && receiver == nil }
            return virConnectClose(pointer) == 0 && gone
        }
    }

    private func watch(_ body: (Connection) async throws -> Void) async throws -> Watch {
        let connection = try await Connection.open("test:///default")
        let watch = Watch(connection)
        try await body(connection)
        return watch
    }

    @Test func aConnectionGoesWithItsLastUser() async throws {
        var domain: Domain?
        let watch = try await watch { domain = try await $0.domain(named: "test") }
        #expect(try await domain?.isActive() == true)
        #expect(watch.isOpen)
        domain = nil
        #expect(try await watch.isLast())
    }

    @Test func everyKindOfObjectIsGivenBack() async throws {
        let watch = try await watch { connection in
            _ = try await connection.domains()
            _ = try await connection.domain(named: "test").xml()
            _ = try await connection.networks()
            _ = try await connection.network(named: "default").xml()
            _ = try await connection.allDomainStats()
            _ = try? await connection.domain(named: "none")
            _ = try? await connection.nwFilters()
        }
        #expect(try await watch.isLast())
    }

    @Test func closingWaitsForObjectsAsLibvirtDoes() async throws {
        var domain: Domain?
        let watch = try await watch {
            domain = try await $0.domain(named: "test")
            $0.close()
        }
        #expect(watch.isOpen)
        #expect(domain?.name == "test")
        domain = nil
        #expect(try await watch.isLast())
    }

    @Test func aStreamThatNobodyReadsAnyMoreIsDeregistered() async throws {
        let watch = try await watch { connection in
            do { _ = try await connection.domainEvents() }
            let read = Task { for await _ in try await connection.domainEvents([.lifecycle]) {} }
            try await Task.sleep(for: .milliseconds(20))
            read.cancel()
            _ = await read.result
        }
        #expect(try await watch.isLast())
    }

    @Test func aStreamKeepsItsConnection() async throws {
        var stream: AsyncStream<DomainEvent>?
        let watch = try await watch { stream = try await $0.domainEvents() }
        #expect(watch.isOpen)
        #expect(stream != nil)
        stream = nil
        #expect(try await watch.isLast())
    }

    @Test func closingEndsAndDeregistersStreams() async throws {
        var stream: AsyncStream<DomainEvent>?
        let watch = try await watch { connection in
            stream = try await connection.domainEvents()
            connection.close()
        }
        for await event in try #require(stream) { Issue.record("\(event)") }
        #expect(try await watch.isLast())
    }
}
