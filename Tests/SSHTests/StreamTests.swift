import Foundation
import SSH
import Testing

extension AllTests {
    @Suite struct StreamTests {
        @Test(arguments: TestServer.Kind.allCases)
        func muchOutputTakesLittleMemory(_ kind: TestServer.Kind) async {
            await #expect(processExitsWith: .success) { [kind = kind as TestServer.Kind] in
                try await alone {
                    let server = try await TestServer(kind)
                    defer { server.end() }
                    let session = try await server.logIn()
                    let channel = try await session.execute("head -c 268435456 /dev/zero")
                    let growth = try await memoryGrowth {
                        let count = try await channel.count()
                        #expect(count == 256 << 20)
                    }
                    #expect(growth < 16 << 20)
                    #expect(try await channel.wait(within: .seconds(60)) == .exited(0))
                }
            }
        }

        /// The command can write what the window and the pipes hold, and no more until we read.
        @Test(arguments: TestServer.Kind.allCases)
        func aSlowReaderStopsTheCommand(_ kind: TestServer.Kind) async {
            await #expect(processExitsWith: .success) { [kind = kind as TestServer.Kind] in
                try await alone {
                    let server = try await TestServer(kind)
                    defer { server.end() }
                    let session = try await server.logIn()
                    let counter = server.folder.appending(path: "counter").path
                    let channel = try await session.execute(
                        "i=0; while [ $i -lt 300 ]; do head -c 65536 /dev/zero; i=$((i+1)); echo $i >\(counter); done")
                    let growth = try await memoryGrowth { try await StreamTests.settled(counter) }
                    let written = Int(try String(contentsOfFile: counter, encoding: .utf8).prefix { $0.isNumber }) ?? 0
                    #expect(written > 20)
                    #expect(written < 120)
                    #expect(growth < 8 << 20)
                    #expect(try await channel.count() == 300 * 65536)
                    #expect(try await channel.wait(within: .seconds(60)) == .exited(0))
                }
            }
        }

        /// Small packets cost libssh2 many times their size; they must not pile up there.
        @Test func aSlowReaderOfSmallPiecesTakesLittleMemory() async {
            await #expect(processExitsWith: .success) {
                try await alone {
                    let server = try await TestServer(.dropbear)
                    defer { server.end() }
                    let session = try await server.logIn()
                    let channel = try await session.execute("exec yes | while read line; do echo; done")
                    let growth = try await memoryGrowth { try await Task.sleep(for: .seconds(2)) }
                    #expect(growth < 8 << 20)
                    await channel.close()
                }
            }
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aSecondCommandRunsBesideAStream(_ kind: TestServer.Kind) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let stream = try await session.execute("echo $$; exec cat /dev/zero")
            let first = try #require(try await stream.read(within: .seconds(60)))
            let number = text(Array(first.bytes.prefix { $0 != 10 }))
            async let count = stream.count()
            let result = try await session.run("kill -TERM \(number)", within: .seconds(60))
            #expect(result.exit == .exited(0))
            #expect(try await count >= 0)
            guard case .signalled(name: "TERM", _) = try await stream.wait(within: .seconds(60)) else {
                Issue.record("not ended by the signal")
                return
            }
        }

        /// The other stream is not read at all meanwhile.
        @Test func aSecondCommandRunsBesideAFullStream() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let stream = try await session.execute("exec cat /dev/zero")
            for number in 0..<20 {
                let result = try await session.run("echo \(number)", within: .seconds(60))
                #expect(text(result.standardOutput) == "\(number)\n")
            }
            await stream.close()
        }

        /// Not with dropbear 2022.83, which breaks the connection if one command ends while another is about to start.
        @Test func fiftyChannelsAtATime() async throws {
            let server = try await TestServer(.openssh)
            let session = try await server.logIn()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let input = [UInt8](repeating: UInt8(number), count: 100_000)
                        let result = try await session.run("cat; exit \(number)", input: input, within: .seconds(60))
                        #expect(result.standardOutput == input)
                        #expect(result.exit == .exited(UInt32(number)))
                    }
                }
                try await group.waitForAll()
            }
            await session.close()
        }

        @Test func aHundredSessionsAtATime() async throws {
            let server = try await TestServer(.openssh)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let session = try await server.logIn()
                        let result = try await session.run("echo \(number)", within: .seconds(60))
                        #expect(text(result.standardOutput) == "\(number)\n")
                        await session.close()
                    }
                }
                try await group.waitForAll()
            }
        }

        /// The server asks for new keys every few megabytes, in the middle of both directions.
        @Test func keysAreExchangedAgainUnderWay() async throws {
            let server = try await TestServer(.openssh, configuration: ["RekeyLimit 1M"])
            let session = try await server.logIn()
            let input = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 7) }
            async let other = session.run("head -c 30000000 /dev/zero", limit: 40 << 20, within: .seconds(60))
            let result = try await session.run("cat", input: input, limit: 40 << 20, within: .seconds(60))
            #expect(result.standardOutput == input)
            #expect(try await other.standardOutput.count == 30_000_000)
            #expect(result.exit == .exited(0))
        }

        /// Waits until the file's content stays the same for half a second.
        private static func settled(_ path: String) async throws {
            var last = Data()
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(500))
                let now = (try? Data(contentsOf: URL(filePath: path))) ?? Data()
                if now == last, !now.isEmpty { return }
                last = now
            }
        }
    }
}
