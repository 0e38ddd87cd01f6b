import Foundation
import SSH
import Testing

extension AllTests {
    @Suite struct LifetimeTests {
        private func openDescriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }

        /// Waits, as closing ends on queues of its own, and as other tests of this process open files, too.
        private func expectDescriptors(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let deadline = ContinuousClock.now + .seconds(60)
            while try openDescriptors() > count, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(try openDescriptors() <= count, sourceLocation: sourceLocation)
        }

        @Test(arguments: [true, false])
        func sessionsLeaveNothingBehind(_ closes: Bool) async throws {
            let server = try await TestServer(.dropbear)
            _ = try await server.logIn().run("true", within: .seconds(60))
            let descriptors = try openDescriptors()
            var memory = 0
            for round in 0..<120 {
                let session = try await server.logIn()
                let channel = try await session.execute("cat")
                try await channel.write([1, 2, 3], within: .seconds(60))
                if closes { await session.close() }
                if round == 40 { memory = residentMemory() }
            }
            try await expectDescriptors(descriptors)
            #expect(residentMemory() - memory < 4 << 20)
        }

        @Test func failedTriesLeaveNothingBehind() async throws {
            let port = try freePort()
            let server = try await TestServer(.openssh)
            let wrong = SSHPrivateKey.generate().publicKey
            let descriptors = try openDescriptors()
            for _ in 0..<30 {
                _ = try? await SSHSession.connect(to: "127.0.0.1", port: port, hostKey: wrong)
                _ = try? await SSHSession.connect(to: "127.0.0.1", port: server.port, hostKey: wrong)
                let session = try await server.connect()
                try? await session.authenticate(user: "root", key: .generate())
            }
            try await expectDescriptors(descriptors)
        }

        @Test func channelsGoWithTheirLastReference() async throws {
            let server = try await TestServer(.openssh, configuration: ["MaxSessions 5"])
            let session = try await server.logIn()
            for _ in 0..<30 {
                // Let go of unread, in the middle of its life. The server is told, and has a place again soon.
                let channel = try await placeFreed { try await session.execute("cat") }
                try await channel.write([1], within: .seconds(60))
            }
            let result = try await placeFreed { try await session.run("echo on", within: .seconds(60)) }
            #expect(result.exit == .exited(0))
        }

        /// Tries until the server has a place for a channel.
        private func placeFreed<Value>(_ body: () async throws -> Value) async throws -> Value {
            let deadline = ContinuousClock.now + .seconds(5)
            while true {
                do {
                    return try await body()
                } catch let error as SSHError where error.reason == .denied && .now < deadline {
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }

        @Test func aChannelTooManyIsDeniedAndNoMore() async throws {
            let server = try await TestServer(.openssh, configuration: ["MaxSessions 2"])
            let session = try await server.logIn()
            let channel = try await session.execute("cat")
            let error = await sshError { try await session.execute("true") }
            #expect(error?.step == .channelOpen)
            #expect(error?.reason == .denied)
            try await channel.finishInput(within: .seconds(60))
            #expect(try await channel.wait(within: .seconds(60)) == .exited(0))
        }
    }
}
