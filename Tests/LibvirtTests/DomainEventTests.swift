import FoundationEssentials
import Libvirt
import Testing

@Suite(.timeLimit(.minutes(1))) struct DomainEventTests {
    /// As many events as asked for; the time limit of the suite ends the wait.
    private func next(_ count: Int, of stream: AsyncStream<DomainEvent>) async -> [DomainEvent] {
        var events: [DomainEvent] = []
        for await event in stream {
            events.append(event)
            if events.count == count { break }
        }
        return events
    }

    @Test func aLifeIsSeenInOrder() async throws {
        try await withTestNode { connection in
            let stream = try await connection.domainEvents()
            let uuid = UUID()
            let domain = try await connection.defineDomain(xml: domainXML("seen", uuid: uuid))
            try await domain.start()
            try await domain.suspend()
            try await domain.resume()
            try await domain.destroy()
            try await domain.undefine()
            let events = await next(6, of: stream)
            #expect(
                events.map(\.content) == [
                    .lifecycle(.defined(.added)), .lifecycle(.started(.booted)), .lifecycle(.suspended(.paused)),
                    .lifecycle(.resumed(.unpaused)), .lifecycle(.stopped(.destroyed)),
                    .lifecycle(.undefined(.removed)),
                ]
            )
            #expect(events.map(\.sequence) == [0, 1, 2, 3, 4, 5])
            #expect(events.allSatisfy { $0.name == "seen" && $0.uuid == uuid })
        }
    }

    @Test func oneDomainAloneCanBeWatched() async throws {
        try await withTestNode { connection in
            let watched = try await connection.defineDomain(xml: domainXML("watched"))
            let other = try await connection.defineDomain(xml: domainXML("other"))
            let stream = try await connection.domainEvents([.lifecycle], of: watched)
            try await other.start()
            try await watched.start()
            #expect(await next(1, of: stream).map(\.name) == ["watched"])
        }
    }

    @Test func everyReaderSeesEveryEvent() async throws {
        try await withTestNode { connection in
            let streams = [
                try await connection.domainEvents([.lifecycle]), try await connection.domainEvents([.lifecycle]),
            ]
            _ = try await connection.defineDomain(xml: domainXML("twice"))
            for stream in streams {
                #expect(await next(1, of: stream).map(\.name) == ["twice"])
            }
        }
    }

    @Test func whatIsNotReadInTimeLeavesAGap() async throws {
        try await withTestNode { connection in
            let small = try await connection.domainEvents([.lifecycle], buffer: 2)
            let large = try await connection.domainEvents([.lifecycle])
            let domain = try await connection.domain(named: "running")
            for _ in 0..<3 {
                try await domain.suspend()
                try await domain.resume()
            }
            #expect(await next(6, of: large).map(\.sequence) == [0, 1, 2, 3, 4, 5])
            connection.close()
            let kept = await next(.max, of: small).map(\.sequence)
            #expect(kept.count == 2)
            #expect((kept.last ?? 0) - (kept.first ?? 0) == 1)
            #expect((kept.first ?? 0) > 0)
        }
    }

    @Test func closingTheConnectionEndsTheStream() async throws {
        try await withTestNode { connection in
            let stream = try await connection.domainEvents()
            connection.close()
            #expect(await next(1, of: stream).isEmpty)
            #expect(try await libvirtError { try await connection.domainEvents() }.code == .invalidConnection)
        }
    }
}
