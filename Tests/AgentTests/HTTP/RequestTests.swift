import Agent
import TestSupport
import Testing

@Suite struct RequestTests {
    private func ask(_ request: String, _ limit: Int = 1 << 20) async throws -> String {
        var answer = ""
        try await served(["/echo": Echo(limit: limit), "/plain": Plain()]) { port in
            let client = try Client(port: port)
            client.send(request)
            answer = try await client.text(until: ".")
        }
        return answer
    }

    @Test func aBodyWithItsLength() async throws {
        let answer = try await ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("POST /echo  5:hello."), "\(answer)")
    }

    @Test func aBodyInChunks() async throws {
        let answer = try await ask(
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")
        #expect(answer.hasSuffix("POST /echo  5:hello."), "\(answer)")
    }

    @Test(arguments: [
        ("/slave(1)/echo/x", "/echo/x "), ("/slave%281%29/echo", "/echo "), ("/echo%2fa%20b?c=%41+d&e", "/echo/a b c=A d&e="),
        ("http://host:1/echo", "/echo "), ("/echo/x?path=/a=b", "/echo/x path=/a=b"),
    ])
    func pathsAreDecoded(_ target: String, _ seen: String) async throws {
        let answer = try await ask("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasSuffix("GET \(seen) 0:."), "\(answer)")
    }

    @Test(arguments: ["/echo%", "/echo%4", "/echo%zz", "/echo%00", "/echo%ff", "echo", "*"])
    func whatCannotBeDecodedIsRefused(_ target: String) async throws {
        let answer = try await ask("GET \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
    }

    @Test(arguments: ["/", "/nothing", "/echoes", "/slave(1)", "/slave(2)/echo", "/slave(1)echo"])
    func unknownPathsAreNotFound(_ path: String) async throws {
        let answer = try await ask("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 404 "), "\(answer)")
    }

    @Test(arguments: ["garbage\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n"])
    func whatIsNoHTTPIsRefused(_ text: String) async throws {
        let answer = try await ask(text)
        #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("close"), "\(answer)")
    }

    @Test func tooLargeABodyIsRefusedBeforeItIsSent() async throws {
        let answer = try await ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n", 100)
        #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("Connection: close"), "\(answer)")
    }

    @Test func tooLargeABodyInChunksIsRefused() async throws {
        let chunk = "32\r\n" + String(repeating: "x", count: 50) + "\r\n"
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let answer = try await ask(head + chunk + chunk + chunk, 100)
        #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer)")
    }

    @Test func aClientThatAsksFirstIsToldToGoOn() async throws {
        try await served(["/echo": Echo()]) { port in
            let client = try Client(port: port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try await client.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            client.send("hi")
            #expect(try await client.text(until: ".").hasSuffix("2:hi."))
        }
    }

    @Test func requestsThatComeAtOnceAreAnsweredInOrder() async throws {
        try await served(["/echo": Echo(), "/plain": Plain()]) { port in
            let client = try Client(port: port)
            let some = (0..<50).map { "POST /echo/\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab" }.joined()
            client.send(some + "GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answers = try await client.rest().split(separator: "HTTP/1.1 200 OK")
            #expect(answers.count == 51 && answers.last?.hasSuffix("plain.") == true)
            for number in 0..<50 { #expect(answers[number].hasSuffix("POST /echo/\(number)  2:ab.")) }
        }
    }

    /// The end of an answer is told while the next request has begun, or has ended already.
    @Test func manyClientsThatDoNotWaitAreAllAnswered() async throws {
        try await served(["/echo": Echo(), "/plain": Plain()]) { port in
            let all = 400
            let some = String(repeating: "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", count: all)
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        let client = try Client(port: port)
                        client.send(some + "GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        return try await client.rest(within: .seconds(60)).split(separator: "HTTP/1.1 200 OK").count
                    }
                }
                for try await count in group { #expect(count == all + 1) }
            }
        }
    }

    /// The next request is found behind the body of one that nobody wanted.
    @Test func aBodyThatNobodyReadsIsPassedOver() async throws {
        try await served(["/plain": Plain()]) { port in
            let client = try Client(port: port)
            client.send("POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n")
            #expect(try await client.text(until: "plain.").contains("Connection: close"))
            client.send([UInt8](repeating: 65, count: 600_000))
            #expect(try await client.some() == nil)
        }
    }

    @Test func methodsAreHeldToTheRoute() async throws {
        var routes = Routes()
        routes.add("/get", only: "GET", Plain())
        for (method, status) in ["GET": 200, "HEAD": 200, "POST": 405, "PUT": 405] {
            let answer = await routes.answer(HTTPCall(method: method, path: "/get"))
            #expect(answer.status == status && (status == 200 || answer.headers.contains { $0 == ("Allow", "GET, HEAD") }))
        }
    }

    @Test func theLongestRouteWins() async throws {
        var routes = Routes()
        routes.add("/", Fixed(1))
        routes.add("/a", Fixed(2))
        routes.add("/a/b", Fixed(3))
        for (path, status) in ["/": 1, "/x": 1, "/a": 2, "/a/": 2, "/ab": 1, "/a/b/c": 3] {
            #expect(await routes.answer(HTTPCall(method: "GET", path: path)).status == status, "\(path)")
        }
    }
}

private struct Fixed: HTTPHandler {
    let status: Int
    init(_ status: Int) { self.status = status }
    func answer(_ call: HTTPCall) async -> HTTPAnswer { HTTPAnswer(status: status) }
}
