import Foundation
import SSH
import Testing

extension AllTests {
    @Suite struct CommandTests {
        @Test(arguments: TestServer.Kind.allCases)
        func streamsAndExitCodeArrive(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let result = try await session.run("echo hello; echo oops >&2; exit 3", within: .seconds(60))
            #expect(text(result.standardOutput) == "hello\n")
            #expect(text(result.standardError) == "oops\n")
            #expect(result.exit == .exited(3))
            #expect(try await session.run("true", within: .seconds(60)).exit.isSuccess)
            await session.close()
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aSignalHasItsName(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let exit = try await session.run("kill -9 $$", within: .seconds(60)).exit
            guard case .signalled(name: "KILL", _) = exit else {
                Issue.record("\(exit)")
                return
            }
        }

        @Test(arguments: TestServer.Kind.allCases)
        func everyByteGoesBothWays(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
            let result = try await session.run("cat; echo done >&2", input: bytes, within: .seconds(20))
            #expect(result.standardOutput == bytes)
            #expect(text(result.standardError) == "done\n")
        }

        @Test func inputComesAliveAndEnds() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let channel = try await session.execute("while read line; do echo \"got $line\"; done; echo end")
            for number in 1...3 {
                try await channel.write(Array("line \(number)\n".utf8), within: .seconds(60))
                #expect(
                    try await channel.read(within: .seconds(60)) == .standardOutput(Array("got line \(number)\n".utf8)))
            }
            try await channel.finishInput(within: .seconds(60))
            #expect(try await channel.read(within: .seconds(60)) == .standardOutput(Array("end\n".utf8)))
            #expect(try await channel.read(within: .seconds(60)) == nil)
            #expect(try await channel.wait(within: .seconds(60)) == .exited(0))
            let error = await sshError { try await channel.write([1], within: .seconds(60)) }
            #expect(error?.step == .input)
            #expect(error?.reason == .closed)
        }

        /// Both streams share one window: each in turn fills more than it alone.
        @Test(arguments: TestServer.Kind.allCases)
        func neitherStreamBlocksTheOther(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let channel = try await session.execute(
                "for i in 1 2 3; do head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; done")
            var (out, err) = (0, 0)
            while let piece = try await channel.read(within: .seconds(20)) {
                switch piece {
                case .standardOutput(let bytes): out += bytes.count
                case .standardError(let bytes): err += bytes.count
                }
            }
            #expect(out == 9_000_000)
            #expect(err == 9_000_000)
            #expect(try await channel.wait(within: .seconds(60)) == .exited(0))
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aTerminalHasItsSizes(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let pty = PTYRequest(terminal: "vt100", columns: 101, rows: 37)
            let channel = try await session.execute("echo $TERM; stty size; read line; stty size", pty: pty)
            var seen = ""
            while !seen.contains("37 101") {
                guard let piece = try await channel.read(within: .seconds(60)) else { break }
                seen += text(piece.bytes)
            }
            #expect(seen.contains("vt100"))
            try await channel.resizePTY(columns: 132, rows: 50)
            try await channel.write(Array("\n".utf8), within: .seconds(60))
            let rest = try await channel.collect(limit: 10000, within: .seconds(60))
            #expect(text(rest.standardOutput).contains("50 132"))
        }

        @Test func aCommandMayBeAnyBytes() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let channel = try await session.execute(Array("printf %s '".utf8) + [0xff, 0xfe, 0x80] + Array("'".utf8))
            let result = try await channel.collect(limit: 100, within: .seconds(60))
            #expect(result.standardOutput == [0xff, 0xfe, 0x80])
            let error = await sshError { try await session.execute(String(repeating: "x", count: 40000)) }
            #expect(error?.reason == .invalidArgument)
            #expect(await session.isUsable)
        }

        @Test func moreThanTheLimitIsAnError() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let error = await sshError { try await session.run("cat /dev/zero", limit: 100_000, within: .seconds(60)) }
            #expect(error?.reason == .limitExceeded)
            #expect(try await session.run("echo on", within: .seconds(60)).exit == .exited(0))
        }
    }
}
