import SSH
import Testing

extension AllTests {
    @Suite struct LoginTests {
        @Test(arguments: TestServer.Kind.allCases)
        func anotherHostKeyIsRefused(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let expected = SSHPrivateKey.generate().publicKey
            let error = await sshError {
                try await SSHSession.connect(to: "127.0.0.1", port: server.port, hostKey: expected)
            }
            #expect(error?.step == .hostKey)
            #expect(
                error?.reason
                    == .wrongHostKey(expected: expected.fingerprint, actual: server.hostKey.publicKey.fingerprint))
        }

        @Test(arguments: TestServer.Kind.allCases)
        func anotherClientKeyIsDenied(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.connect()
            let error = await sshError { try await session.authenticate(user: "root", key: .generate()) }
            #expect(error?.step == .authentication)
            #expect(error?.reason == .denied)
            #expect(await !session.isUsable)
        }

        @Test func aClosedPortRefusesAtOnce() async throws {
            let port = try freePort()
            let key = SSHPrivateKey.generate().publicKey
            let time = await ContinuousClock().measure {
                let error = await sshError { try await SSHSession.connect(to: "127.0.0.1", port: port, hostKey: key) }
                #expect(error?.step == .connect)
                #expect(error?.reason == .refused)
                #expect(error?.errno != nil)
            }
            #expect(time < .seconds(5))
        }

        /// A backlog that is full lets further connections hang, like an address that nobody answers ARP for.
        @Test func aSilentAddressIsGivenUpInTime() async throws {
            let listener = try Listener(backlog: 0)
            defer { listener.close() }
            let key = SSHPrivateKey.generate().publicKey
            var errors: [SSHError?] = []
            for _ in 0..<4 {
                errors.append(
                    await sshError {
                        try await SSHSession.connect(
                            to: "127.0.0.1", port: listener.port, hostKey: key, options: impatient(.milliseconds(100)))
                    })
            }
            #expect(errors.contains { $0?.step == .connect && $0?.reason == .timedOut })
        }

        @Test func aNameIsNoAddress() async throws {
            let key = SSHPrivateKey.generate().publicKey
            let error = await sshError { try await SSHSession.connect(to: "localhost", hostKey: key) }
            #expect(error?.reason == .invalidArgument)
        }

        @Test func callsBeforeTheLoginAreErrors() async throws {
            let server = try await TestServer()
            let session = try await server.connect()
            let error = await sshError { try await session.execute("true") }
            #expect(error?.step == .channelOpen)
        }

        @Test func unknownMethodsAreNamed() async throws {
            let server = try await TestServer()
            var options = SSHOptions()
            options.methods.cipher = ["chacha20-poly1305@openssh.com"]
            let error = await sshError { try await server.connect(options) }
            #expect(error?.step == .handshake)
            #expect(error?.reason == .invalidArgument)
        }

        @Test func closingTwiceIsFine() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let channel = try await session.execute("cat")
            await channel.close()
            await channel.close()
            await session.close()
            await session.close()
            await session.abandon()
            let error = await sshError { try await session.execute("true") }
            #expect(error?.step == .channelOpen)
            #expect(error?.reason == .closed)
            #expect(await sshError { try await channel.read() }?.reason == .closed)
        }
    }
}
