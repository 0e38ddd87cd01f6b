import SSH
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct CommandTests {
    @Test(arguments: TestServer.Kind.allCases)
    func echo(_ kind: TestServer.Kind) async throws {
        let server = try await TestServer(kind)
        let session = try await server.logIn()
        let channel = try await session.execute("echo hello; echo oops >&2; exit 3")
        var out: [UInt8] = []
        var err: [UInt8] = []
        for try await piece in channel.output {
            switch piece {
            case .standardOutput(let bytes): out += bytes
            case .standardError(let bytes): err += bytes
            }
        }
        #expect(String(decoding: out, as: UTF8.self) == "hello\n")
        #expect(String(decoding: err, as: UTF8.self) == "oops\n")
        #expect(try await channel.wait(within: .seconds(5)) == .exited(3))
        await session.close()
    }
}
