import Foundation
import SSH
import TestSupport
import Testing

extension AllTests {
    @Suite struct HostileTests {
        @Test func theScriptedServerIsAGoodOneIfItLikes() async throws {
            let server = try HostileServer { connection in
                let number = try connection.startCommand()
                try connection.sendData(number, Array("hello".utf8))
                try connection.sendExit(number, code: 7)
                try connection.sendClose(number)
                try connection.hang()
            }
            let channel = try await server.logIn().execute("x")
            let result = try await channel.collect(limit: 100, within: .seconds(60))
            #expect(text(result.standardOutput) == "hello")
            #expect(result.exit == .exited(7))
        }

        @Test func noStatusIsNoSuccess() async throws {
            let server = try HostileServer { connection in
                try connection.sendClose(try connection.startCommand())
                try connection.hang()
            }
            let exit = try await server.logIn().execute("x").wait(within: .seconds(60))
            #expect(exit == .unknown)
            #expect(!exit.isSuccess)
        }

        @Test(arguments: [
            (
                Wire.string("TERM") + [0] + Wire.string("bye\u{1b}[2J"),
                SSHExit.signalled(name: "TERM", message: "bye [2J")
            ),
            (
                Wire.string(String(repeating: "A", count: 3000)) + [0] + Wire.string(""),
                .signalled(name: "?", message: "")
            ),
            (Wire.string("\u{1b}]0;x") + [0] + Wire.string(""), .signalled(name: "?", message: "")),
            (Wire.string("KILL"), .signalled(name: "KILL", message: "")),
            (Wire.number(0xffff_fff0) + [65, 65], .unknown),
            (Wire.number(2000) + [65, 65], .unknown),
        ])
        func aStrangeSignalDoesNoHarm(_ body: [UInt8], _ expected: SSHExit) async throws {
            let server = try HostileServer { connection in
                let number = try connection.startCommand()
                try connection.send([98] + Wire.number(number) + Wire.string("exit-signal") + [0] + body)
                try connection.sendClose(number)
                try connection.hang()
            }
            let session = try await server.logIn()
            do {
                let exit = try await session.execute("x").wait(within: .seconds(60))
                #expect(exit == expected)
            } catch let error as SSHError {
                // libssh2 refuses a length that it cannot allocate.
                #expect(error.reason == .limitExceeded)
                #expect(expected == .unknown)
            }
        }

        /// A length that is no multiple of the block size trips an assertion in libssh2, which would end the process.
        @Test(arguments: [UInt32(37), 21, 100, 4097])
        func aFailedAssertionEndsTheSessionAlone(_ length: UInt32) async throws {
            let server = try HostileServer { connection in
                _ = try connection.startCommand()
                let body = [UInt8](repeating: 0, count: Int(length) - 1)
                try connection.sendPacket(length: length, padding: 4, body: body)
                try connection.send([2] + Wire.string([UInt8](repeating: 0, count: 8000)))
                try connection.hang()
            }
            let session = try await server.logIn()
            let error = await sshError {
                try await session.execute("x").collect(limit: 10, within: .seconds(60))
            }
            #expect(error?.reason == .protocolViolation)
            #expect(error?.code == .assertionFailed)
            #expect(await !session.isUsable)
        }

        @Test func outputBeyondTheWindowTakesNoMemory() async {
            await #expect(processExitsWith: .success) {
                try await alone {
                    let server = try HostileServer { connection in
                        let number = try connection.startCommand()
                        let piece = [UInt8](repeating: 1, count: 32000)
                        for _ in 0..<3000 { try connection.sendData(number, piece) }
                        try connection.sendExit(number, code: 0)
                        try connection.sendClose(number)
                        try connection.hang()
                    }
                    let session = try await server.logIn()
                    let channel = try await session.execute("x")
                    let growth = try await memoryGrowth {
                        _ = try await channel.wait(within: .seconds(20))
                    }
                    #expect(growth < 16 << 20)
                    #expect(try await channel.count() <= 3 << 20)
                }
            }
        }

        @Test func packetsThatNobodyWantsEndTheSession() async {
            await #expect(processExitsWith: .success) {
                try await alone {
                    let server = try HostileServer { connection in
                        _ = try connection.startCommand()
                        while true { try connection.send([100] + Wire.string([UInt8](repeating: 0, count: 30000))) }
                    }
                    let channel = try await server.logIn().execute("x")
                    let growth = try await memoryGrowth {
                        let error = await sshError { try await channel.read(within: .seconds(20)) }
                        #expect(error?.reason == .limitExceeded)
                    }
                    #expect(growth < 48 << 20)
                }
            }
        }

        /// Each request wants an answer, and no answer is ever read.
        @Test func questionsWithoutEndTakeNoMemory() async {
            await #expect(processExitsWith: .success) {
                try await alone {
                    let server = try HostileServer { connection in
                        _ = try connection.startCommand()
                        while true { try connection.send([80] + Wire.string("x") + [1]) }
                    }
                    let channel = try await server.logIn().execute("x")
                    let growth = try await memoryGrowth {
                        let error = await sshError { try await channel.read(within: .seconds(3)) }
                        #expect(error?.reason == .timedOut)
                    }
                    #expect(growth < 16 << 20)
                }
            }
        }

        @Test func greetingsWithoutEndAreCutOff() async throws {
            let server = try HostileServer { connection in
                while true { try connection.write(Array("hello\n".utf8)) }
            }
            let error = await sshError { try await server.connect() }
            #expect(error?.step == .banner)
            #expect(error?.reason == .protocolViolation)
        }

        @Test(arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0", "SSH-1.5-old\r\n", "SSH-2.0-x\r\nnonsense nonsense",
        ])
        func whatIsNoSSHIsAnError(_ greeting: String) async throws {
            let server = try HostileServer { connection in
                try connection.write(Array(greeting.utf8))
            }
            let error = await sshError { try await server.connect() }
            #expect(error?.step == .banner || error?.step == .handshake)
        }

        @Test func aSecretSwapOfTheHostKeyIsNotTaken() async throws {
            let server = try HostileServer { try $0.shakeHands() }
            let other = SSHPrivateKey.generate().publicKey
            let error = await sshError {
                try await SSHSession.connect(to: "127.0.0.1", port: server.port, hostKey: other)
            }
            #expect(
                error?.reason == .wrongHostKey(expected: other.fingerprint, actual: server.hostKey.fingerprint))
        }

        /// Random packets of all types, some nearly right: any error is fine, a crash or a hang is not.
        @Test(arguments: 0..<60)
        func randomPacketsDoNoHarm(_ seed: UInt64) async throws {
            let server = try HostileServer { connection in
                var random = SeededGenerator(seed: seed)
                let number = try connection.startCommand()
                for _ in 0..<200 { try connection.send(Self.packet(number, &random)) }
                try connection.hang()
            }
            let session = try await server.logIn(impatient(.seconds(1)))
            let channel = try await session.execute("x")
            _ = try? await channel.write([1, 2, 3], within: .milliseconds(50))
            _ = try? await channel.collect(limit: 1 << 20, within: .milliseconds(100))
            _ = try? await session.run("y", within: .milliseconds(50))
            await session.abandon()
            #expect(await !session.isUsable)
        }

        private static func packet(_ number: UInt32, _ random: inout SeededGenerator) -> [UInt8] {
            let types: [UInt8] = [
                1, 2, 3, 4, 7, 20, 21, 31, 51, 52, 53, 60, 80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
            ]
            let names = [
                "exit-status", "exit-signal", "forwarded-tcpip", "x11", "session", "keepalive@openssh.com", "",
            ]
            // The disconnect message and new keys end the game at once: seldom.
            let type = types.randomElement(using: &random).map { $0 < 2 || $0 == 20 ? 94 : $0 } ?? 94
            var packet =
                [type] + Wire.number(Bool.random(using: &random) ? number : UInt32.random(in: 0...5, using: &random))
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                switch Int.random(in: 0...3, using: &random) {
                case 0: packet += Wire.number(.random(in: .min ... .max, using: &random))
                case 1: packet += Wire.string(names.randomElement(using: &random) ?? "")
                case 2: packet += [.random(in: .min ... .max, using: &random)]
                default:
                    packet += Wire.string(
                        (0..<Int.random(in: 0...300, using: &random)).map { _ in
                            UInt8.random(in: .min ... .max, using: &random)
                        })
                }
            }
            return packet
        }
    }
}
