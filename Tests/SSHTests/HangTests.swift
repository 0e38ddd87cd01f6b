import Foundation
import Glibc
import SSH
import Testing

extension AllTests {
    @Suite struct HangTests {
        private static let budget = Duration.milliseconds(300)

        /// Runs `body` and expects its error to be the named step's timeout, near the deadline.
        private func expectTimeout(
            _ step: SSHError.Step, sourceLocation: SourceLocation = #_sourceLocation,
            _ body: () async throws -> some Any
        ) async {
            let time = await ContinuousClock().measure {
                let error = await sshError(body, sourceLocation: sourceLocation)
                #expect(error?.step == step, sourceLocation: sourceLocation)
                #expect(error?.reason == .timedOut, sourceLocation: sourceLocation)
            }
            #expect(time >= Self.budget - .milliseconds(50), sourceLocation: sourceLocation)
            #expect(time < Self.budget * 100, sourceLocation: sourceLocation)
        }

        @Test func afterAccept() async throws {
            let server = try HostileServer { try $0.hang() }
            await expectTimeout(.banner) { try await server.connect(impatient()) }
        }

        @Test func afterHalfABanner() async throws {
            let server = try HostileServer {
                try $0.write(Array("SSH-2.0-".utf8))
                try $0.hang()
            }
            await expectTimeout(.banner) { try await server.connect(impatient()) }
        }

        @Test func afterTheBanner() async throws {
            let server = try HostileServer {
                try $0.write(Array("SSH-2.0-x\r\n".utf8))
                try $0.hang()
            }
            await expectTimeout(.handshake) { try await server.connect(impatient()) }
        }

        @Test func afterTheKeyExchange() async throws {
            let server = try HostileServer {
                try $0.shakeHands()
                try $0.hang()
            }
            await expectTimeout(.handshake) { try await server.connect(impatient()) }
        }

        @Test func atTheLogin() async throws {
            let server = try HostileServer {
                try $0.shakeHands()
                _ = try $0.receive(5)
                try $0.send([6] + Wire.string("ssh-userauth"))
                try $0.hang()
            }
            let session = try await server.connect(impatient())
            await expectTimeout(.authentication) { try await session.authenticate(user: "root", key: .generate()) }
        }

        @Test func atTheFirstChannel() async throws {
            let server = try HostileServer {
                try $0.logIn()
                try $0.hang()
            }
            let session = try await server.connect(impatient())
            await expectTimeout(.channelOpen) { try await session.authenticate(user: "root", key: .generate()) }
        }

        @Test func atACommandsChannel() async throws {
            let server = try HostileServer {
                try $0.logIn()
                try $0.confirmChannel()
                try $0.hang()
            }
            let session = try await server.logIn(impatient())
            await expectTimeout(.channelOpen) { try await session.execute("x") }
        }

        @Test func atTheTerminal() async throws {
            let server = try HostileServer {
                try $0.logIn()
                try $0.confirmChannel()
                try $0.confirmChannel()
                try $0.hang()
            }
            let session = try await server.logIn(impatient())
            await expectTimeout(.terminal) { try await session.execute("x", pty: PTYRequest()) }
        }

        @Test func atTheCommand() async throws {
            let server = try HostileServer {
                try $0.logIn()
                try $0.confirmChannel()
                try $0.confirmChannel()
                try $0.hang()
            }
            let session = try await server.logIn(impatient())
            await expectTimeout(.command) { try await session.execute("x") }
        }

        @Test func amidOutputInputAndExit() async throws {
            let server = try HostileServer {
                let number = try $0.startCommand(window: 10)
                try $0.sendData(number, [1])
                try $0.hang()
            }
            let channel = try await server.logIn(impatient()).execute("x")
            #expect(try await channel.read(within: Self.budget) == .standardOutput([1]))
            await expectTimeout(.output) { try await channel.read(within: Self.budget) }
            await expectTimeout(.input) {
                try await channel.write([UInt8](repeating: 0, count: 100), within: Self.budget)
            }
            await expectTimeout(.exit) { try await channel.wait(within: Self.budget) }
        }

        /// The status is there, the channel's close is not.
        @Test func atTheClose() async throws {
            let server = try HostileServer {
                let number = try $0.startCommand()
                try $0.sendExit(number, code: 0)
                try $0.hang()
            }
            let session = try await server.logIn(impatient())
            let channel = try await session.execute("x")
            await expectTimeout(.exit) { try await channel.wait(within: Self.budget) }
            let time = await ContinuousClock().measure { await session.close(within: Self.budget) }
            #expect(time < Self.budget * 30)
        }

        /// The network takes nothing more either.
        @Test func closingDoesNotWaitForAFullSocket() async throws {
            let server = try HostileServer { connection in
                _ = try connection.startCommand(window: 1 << 30)
                while true { sleep(1) }
            }
            let session = try await server.logIn(impatient())
            let channel = try await session.execute("x")
            await expectTimeout(.input) {
                try await channel.write([UInt8](repeating: 0, count: 32 << 20), within: Self.budget)
            }
            let time = await ContinuousClock().measure { await session.close(within: Self.budget) }
            #expect(time < Self.budget * 2)
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aStoppedServerIsNoticedByItsSilence(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            var options = SSHOptions()
            options.keepAlive = .milliseconds(200)
            let session = try await server.logIn(options)
            let channel = try await session.execute("echo $PPID; exec sleep 100")
            let first = try #require(try await channel.read(within: .seconds(60)))
            let parent = try #require(pid_t(text(first.bytes).trimmingCharacters(in: .whitespacesAndNewlines)))
            // Alive, though silent: longer than the limit.
            await expectNothing(from: channel, for: .milliseconds(1500))
            #expect(await session.isUsable)
            kill(parent, SIGSTOP)
            defer { kill(parent, SIGKILL) }
            let error = await sshError { try await channel.read(within: .seconds(10)) }
            #expect(error?.reason == .timedOut)
            #expect(await !session.isUsable)
        }

        private func expectNothing(from channel: SSHChannel, for time: Duration) async {
            let error = await sshError { try await channel.read(within: time) }
            #expect(error?.step == .output)
            #expect(error?.reason == .timedOut)
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aServerThatDiesAmidAStreamIsAnError(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let channel = try await session.execute("echo $PPID; exec cat /dev/zero")
            let first = try #require(try await channel.read(within: .seconds(60)))
            let parent = try #require(pid_t(text(Array(first.bytes.prefix { $0 != 10 }))))
            kill(parent, SIGKILL)
            let error = await sshError { try await channel.count() }
            #expect(error?.reason == .disconnected)
            #expect(await sshError { try await channel.wait(within: .seconds(60)) }?.reason == .disconnected)
            #expect(await sshError { try await session.execute("true") }?.step == .channelOpen)
        }

        @Test func cancellationEndsAWaitAtOnce() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let channel = try await session.execute("exec sleep 100")
            let waits: [@Sendable () async throws -> Void] = [
                { _ = try await channel.read() },
                { _ = try await channel.wait() },
                { try await channel.write([UInt8](repeating: 0, count: 10 << 20)) },
                { _ = try await channel.collect(limit: 10, within: .seconds(100)) },
                { _ = try await session.run("sleep 50", within: .seconds(100)) },
            ]
            for wait in waits {
                let task = Task { try await wait() }
                try await Task.sleep(for: .milliseconds(100))
                let time = await ContinuousClock().measure {
                    task.cancel()
                    let result = await task.result
                    #expect(throws: CancellationError.self) { try result.get() }
                }
                #expect(time < .seconds(10))
            }
            #expect(try await session.run("echo on", within: .seconds(60)).exit == .exited(0))
        }

        @Test func cancellationEndsAConnectAtOnce() async throws {
            let server = try HostileServer { try $0.hang() }
            let task = Task { try await server.connect() }
            try await Task.sleep(for: .milliseconds(100))
            let time = await ContinuousClock().measure {
                task.cancel()
                let result = await task.result
                #expect(throws: CancellationError.self) { try result.get() }
            }
            #expect(time < .seconds(10))
        }
    }
}
