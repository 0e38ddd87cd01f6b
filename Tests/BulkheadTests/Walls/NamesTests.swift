import Foundation
import TestSupport
import Testing

extension HostTests {
    /// Names: who may ask the host for them, and what it tells. In a host of its own, which asks a server of the test's.
    @Suite(.benchInHostOfItsOwn) struct NamesTests {
        private let here = TemporaryDirectory()
        /// Of no network for documentation: such addresses are private to the host's server.
        private static let (told, hidden) = ("20.0.0.77", "10.0.0.9")

        /// Answers each question of one kind: names that begin with `private` are a private address.
        private static let server = """
            import socket
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.1", 53))
            print("serving", flush=True)
            while True:
                question, peer = server.recvfrom(4096)
                end = question.index(0, 12) + 5
                print("asked", question[13:end], flush=True)
                address = "\(hidden)" if question[13:].startswith(b"private") else "\(told)"
                answer = b"\\xc0\\x0c" + bytes([0, 1, 0, 1, 0, 0, 0, 60, 0, 4]) + socket.inet_aton(address)
                head = question[:2] + b"\\x81\\x80" + bytes([0, 1, 0, 1, 0, 0, 0, 0])
                server.sendto(head + question[12:end] + answer, peer)
            """

        private func withServer(_ body: (Bench, RunningProgram) async throws -> Void) async throws {
            let bench = try bench()
            // A host ends with its last user, and with it what was mounted there.
            let user = try bench.start([], input: .pipe, by: ["/bin/sh", "-c", "echo here; read word; true"])
            try await user.awaitOutput("here\n", within: .seconds(60))
            let made = try await bench.tool(
                "sh", "-c",
                """
                echo nameserver 127.0.0.1 >/run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf && \
                echo 10.1.2.3 hosts.example >/run/hosts && mount --bind /run/hosts /etc/hosts
                """)
            try #require(made.status == 0, "\(made)")
            let server = try bench.begin(["python3", "-c", Self.server])
            try await server.awaitOutput("serving\n", within: .seconds(20))
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench, server)) } catch { result = .failure(error) }
            server.signal(9)
            _ = try await server.wait(within: .seconds(10))
            try user.closeInput()
            _ = try await user.wait(within: .seconds(60))
            try result.get()
        }

        @Test func whoMayAskIsTold() async throws {
            try await withServer { bench, server in
                let one = try await Prisoner(
                    ["--egress", "dns"], in: bench, tool: try await Prisoner.tool(in: here, bench))
                try await one.awaitIPv6()
                func finds(_ address: String, _ name: String, at server: String = "") async throws -> Bool {
                    try await one.tries("nslookup -type=a \(name) \(server) | grep -q \(address)")
                }
                #expect(try await finds(Self.told, "outside.example"))
                #expect(try await finds(Self.told, "other.example", at: try await one.gateway6))
                for place in [one.gateway, try await one.gateway6] { #expect(try await one.reaches(place, 53), "by TCP") }
                #expect(try await !one.reaches(one.gateway, 54))
                #expect(try await finds(Self.told, "hosts.example"), "the host's own file is not read")
                #expect(try await !finds(Self.hidden, "private.example"), "private addresses are not told")
                #expect(try await !one.tries("nslookup -type=a $(hostname)"), "guests are not told of each other")
                let asked = server.outputText
                #expect(asked.contains("outside") && asked.contains("private"), "\(asked)")
                try await one.end()
            }
        }

        @Test func whoMayNotAskIsRefused() async throws {
            try await withServer { bench, server in
                let one = try await Prisoner(
                    ["--egress", "nat"], in: bench, tool: try await Prisoner.tool(in: here, bench))
                try await one.awaitIPv6()
                let question = "nslookup -type=a outside.example"
                let places = [one.gateway, try await one.gateway6]
                for place in places {
                    #expect(try await !one.tries("\(question) \(place)"))
                    #expect(try await !one.reaches(place, 53))
                }
                #expect(!server.outputText.contains("outside"))
                let removed = try await bench.tool("nft", "delete", "table", "inet", try one.table + "-out")
                #expect(removed.status == 0, "\(removed)")
                for place in places {
                    #expect(try await one.tries("\(question) \(place)"), "without the wall it is answered")
                    #expect(try await one.reaches(place, 53))
                }
                try await one.end()
            }
        }
    }
}
