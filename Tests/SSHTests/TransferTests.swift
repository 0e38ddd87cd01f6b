import Foundation
import SSH
import Testing

extension AllTests {
    @Suite struct TransferTests {
        private static let sample = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 5) }

        /// A server with a large window is silent for long: nothing but the socket tells that there is room again.
        @Test func aLongWriteNeedsNoWordFromTheServer() async throws {
            let server = try await TestServer(.dropbear, configuration: ["-W", "10485760"])
            var options = SSHOptions()
            options.keepAlive = nil
            let session = try await server.logIn(options)
            let channel = try await session.execute("cat >/dev/null")
            for _ in 0..<64 {
                try await channel.write([UInt8](repeating: 7, count: 1 << 20), within: .seconds(30))
            }
            try await channel.finishInput(within: .seconds(30))
            #expect(try await channel.wait(within: .seconds(30)) == .exited(0))
        }

        @Test(arguments: TestServer.Kind.allCases, ["file", "it's a $(file) \"name\"\n", "-rf"])
        func aFileGoesThereAndBack(_ kind: TestServer.Kind, _ name: String) async throws {
            let server = try await TestServer(kind)
            let session = try await server.logIn()
            let path = server.folder.appending(path: name).path
            try await session.upload(Self.sample, to: path, mode: 0o640, within: .seconds(30))
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(Self.sample))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o640)
            #expect(try await session.download(path, limit: 4 << 20, within: .seconds(30)) == Self.sample)
            try await session.upload([], to: path, within: .seconds(30))
            #expect(try await session.download(path, limit: 0, within: .seconds(30)) == [])
        }

        @Test(arguments: TestServer.Kind.allCases)
        func aLargeFileTakesLittleMemory(_ kind: TestServer.Kind) async {
            await #expect(processExitsWith: .success) { [kind = kind as TestServer.Kind] in
                try await alone {
                    let server = try await TestServer(kind)
                    defer { server.end() }
                    let session = try await server.logIn()
                    let here = server.folder.appending(path: "here").path
                    let there = server.folder.appending(path: "there").path
                    let back = server.folder.appending(path: "back").path
                    _ = try run(["/bin/sh", "-c", "head -c 100000001 /dev/urandom >\(here)"])
                    let growth = try await memoryGrowth {
                        try await session.upload(file: here, to: there, within: .seconds(60))
                        try await session.download(there, toFile: back, limit: 200 << 20, within: .seconds(60))
                    }
                    #expect(growth < 16 << 20)
                    #expect(try run(["/usr/bin/cmp", here, back]) == "")
                    #expect(
                        try FileManager.default.contentsOfDirectory(atPath: server.folder.path).allSatisfy {
                            !$0.contains("part")
                        })
                }
            }
        }

        @Test(arguments: [
            "cat() { head -c 1000; }", "cat() { tr '\\0' x; }", "sha256sum() { echo 0 -; }", "sha256sum() { :; }",
        ])
        func whatArrivesOtherwiseIsNoticed(_ shell: String) async throws {
            let server = try await TestServer(.openssh, shell: shell)
            let session = try await server.logIn()
            let path = server.folder.appending(path: "file")
            let upload = await sshError { try await session.upload(Self.sample, to: path.path, within: .seconds(30)) }
            #expect(upload?.step == .upload)
            #expect(upload?.reason == .contentDiffers)
            #expect(!FileManager.default.fileExists(atPath: path.path))
            try Data(Self.sample).write(to: path)
            let target = server.folder.appending(path: "copy").path
            let download = await sshError {
                try await session.download(path.path, toFile: target, limit: 4 << 20, within: .seconds(30))
            }
            #expect(download?.step == .download)
            #expect(download?.reason == .contentDiffers)
            #expect(!FileManager.default.fileExists(atPath: target))
            #expect(!FileManager.default.fileExists(atPath: target + ".part"))
        }

        @Test func theFarEndsWordsAreInTheError() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let missing = server.folder.appending(path: "no/such/file").path
            let upload = await sshError { try await session.upload(Self.sample, to: missing, within: .seconds(30)) }
            guard case .commandFailed(.exited) = upload?.reason else {
                Issue.record("\(String(describing: upload))")
                return
            }
            #expect(upload?.message.contains("no/such") == true)
            let download = await sshError { try await session.download(missing, limit: 10, within: .seconds(30)) }
            #expect(download?.step == .download)
            #expect(download?.message.contains("no/such") == true)
        }

        @Test func aFullDiskIsAnError() async throws {
            let server = try await TestServer(.openssh, shell: "cat() { command cat >/dev/full; }")
            let session = try await server.logIn()
            let path = server.folder.appending(path: "file").path
            let error = await sshError { try await session.upload(Self.sample, to: path, within: .seconds(30)) }
            guard case .commandFailed = error?.reason else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.message.contains("space") == true)
        }

        @Test func aFileBeyondTheLimitIsRefused() async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            let error = await sshError { try await session.download("/dev/zero", limit: 1 << 20, within: .seconds(30)) }
            #expect(error?.step == .download)
            #expect(error?.reason == .limitExceeded)
        }

        @Test func aTransferHasOneBudget() async throws {
            let server = try await TestServer(.openssh, shell: "cat() { sleep 20; }")
            let session = try await server.logIn()
            let path = server.folder.appending(path: "file").path
            let time = await ContinuousClock().measure {
                let error = await sshError { try await session.upload([1], to: path, within: .milliseconds(500)) }
                #expect(error?.reason == .timedOut)
            }
            #expect(time < .seconds(2))
        }

        @Test(arguments: ["", "a\0b"])
        func aPathThatIsNoneIsRefused(_ path: String) async throws {
            let server = try await TestServer(.dropbear)
            let session = try await server.logIn()
            #expect(
                await sshError { try await session.upload([1], to: path, within: .seconds(60)) }?.reason
                    == .invalidArgument)
            #expect(
                await sshError { try await session.download(path, limit: 1, within: .seconds(60)) }?.reason
                    == .invalidArgument)
        }
    }
}
