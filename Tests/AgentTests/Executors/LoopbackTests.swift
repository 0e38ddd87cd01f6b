import Foundation
import Isolation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// The endpoint behind a real server.
struct LoopbackTests {
    private func post(_ body: [UInt8], _ port: Int, path: String = "/api/v1/executor", more: String = "") throws
        -> Client
    {
        let client = try Client(port: port)
        client.send(
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\(more)"
                + "Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
        return client
    }

    @Test(arguments: ["/api/v1/executor", "/slave(1)/api/v1/executor", "/slave%281%29/api/v1/executor"])
    func aTaskRunsOverAConnection(_ path: String) async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        try await trial.running()
        try await served(["/api/v1/executor": trial.endpoint]) { port in
            // pymesos' way: it says close, and gets the stream all the same.
            let stream = try post(
                MesosJSON.encode(trial.call(.subscribe)), port, path: path, more: "Connection: close\r\n")
            let head = try await stream.text(until: "\"LAUNCH\"")
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(head.lowercased().contains("transfer-encoding: chunked"))
            #expect(head.contains("\"type\":\"SUBSCRIBED\""))
            let update = trial.call(.update) { $0.update.status = .sample(.taskFinished, "t", 7) }
            let answer = try await post(MesosJSON.encode(update), port, path: path).text(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 202 Accepted\r\n"))
            #expect(try await stream.text(until: "}}").contains("\"ACKNOWLEDGED\""))
            #expect(try await trial.end().state == .taskFinished)
        }
    }

    /// Each record comes at once and alone in its chunk.
    @Test func recordsAreWholeInTheirChunks() async throws {
        let trial = try await AgentTrial { $0.heartbeat = .milliseconds(100) }
        try await trial.tasks.submit(.sample())
        try await trial.running()
        try await served(["/api/v1/executor": trial.endpoint]) { port in
            let stream = try post(MesosJSON.encode(trial.call(.subscribe)), port)
            let text = try await stream.text(until: "\"HEARTBEAT\"}\r\n")
            // {"type":"HEARTBEAT"} has 20 bytes, and "20\n" before it makes 23.
            #expect(text.contains("\r\n17\r\n20\n{\"type\":\"HEARTBEAT\"}\r\n"))
        }
    }

    /// An executor that goes away is noticed, and changes nothing.
    @Test func aBrokenStreamEndsNothing() async throws {
        let trial = try await AgentTrial { $0.heartbeat = .milliseconds(50) }
        try await trial.tasks.submit(.sample())
        try await trial.running()
        try await served(["/api/v1/executor": trial.endpoint]) { port in
            let stream = try post(MesosJSON.encode(trial.call(.subscribe)), port)
            _ = try await stream.text(until: "\"LAUNCH\"")
            stream.abandon()
            try await eventually("the loss to be noticed", within: .seconds(20)) {
                // An acknowledgement into the closed stream.
                try await trial.update(.taskRunning)
                return await trial.executors.snapshot().executors.first?.isConnected == false ? true : nil
            }
            #expect(await trial.executors.snapshot().executors.first?.state == .running)
        }
    }
}
