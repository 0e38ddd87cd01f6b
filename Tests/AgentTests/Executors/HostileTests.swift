import Foundation
import Mesos
import Synchronization
import TestSupport
import Testing

@testable import Agent

/// One executor that does what it should not, and a good one beside it that must not notice.
@Suite(.serialized) struct HostileTests {
    /// What the good one waits for an answer at most; it takes some milliseconds.
    private static let patience = Duration.seconds(10)
    private static let head = "POST /api/v1/executor HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"

    private static func post(_ call: Mesos_V1_Executor_Call, on client: Client) throws {
        let body = try MesosJSON.encode(call)
        client.send(head + "Content-Length: \(body.count)\r\n\r\n")
        client.send(body)
    }

    /// Runs the bad one until the good one's hundred updates are answered and acknowledged.
    private func beside(
        _ bad: @escaping @Sendable (_ trial: AgentTrial, _ port: Int) async throws -> Void
    ) async throws {
        let trial = try await AgentTrial { $0.eventsWaiting = 16 }
        var task = Mesos_V1_TaskInfo.sample("bad")
        // More than the kernel holds for one that does not read.
        task.data = Data(count: 3 << 20)
        try await trial.tasks.submit(task)
        try await trial.tasks.submit(.sample("good"))
        for executor in ["bad", "good"] { try await trial.running(executor) }
        try await served(["/api/v1/executor": trial.endpoint], HTTPLimits { $0.connectionsPerPeer = 64 }) { port in
            let (stream, calls) = (try Client(port: port), try Client(port: port))
            try Self.post(trial.call(.subscribe, "good"), on: stream)
            _ = try await stream.text(until: "\"LAUNCH\"")
            try await withThrowingTaskGroup { group in
                group.addTask { try await bad(trial, port) }
                for number in 0..<100 {
                    let update = trial.call(.update, "good") {
                        $0.update.status = .sample(.taskRunning, "good", UInt8(number))
                    }
                    try Self.post(update, on: calls)
                    let answer = try await calls.text(until: "\r\n\r\n", within: Self.patience)
                    #expect(answer.hasPrefix("HTTP/1.1 202 "))
                    let event = try await stream.text(until: "}}", within: Self.patience)
                    #expect(event.contains("\"ACKNOWLEDGED\""))
                }
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    /// One byte of its stream at a time, or none: it is sent a bounded number of events, then its stream is closed.
    @Test(arguments: [false, true])
    func whoHardlyReadsItsStream(_ reads: Bool) async throws {
        try await beside { trial, port in
            let client = try Client(port: port, as: 2, room: 4096)
            try Self.post(trial.call(.subscribe, "bad"), on: client)
            // Its answer begins.
            _ = try await client.some(atMost: 1)
            for number in 0..<40 {
                #expect(try await trial.update(.taskRunning, of: "bad", by: "bad", uuid: UInt8(number)) == 202)
                if reads { _ = try await client.some(atMost: 1) }
            }
            let bad = await trial.executors.snapshot().executors.first { $0.info.executorID.value == "bad" }
            #expect(bad?.isConnected == false && bad?.state == .running)
            while reads {
                _ = try await client.some(atMost: 1)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func whoSendsAByteAtATime() async throws {
        try await beside { _, port in
            let client = try Client(port: port, as: 2)
            client.send(Self.head + "Content-Length: 100000\r\n\r\n")
            while true {
                #expect(client.send(" "))
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// It is cut off long before its end.
    @Test func whoSendsARecordOfAGigabyte() async throws {
        try await beside { _, port in
            let client = try Client(port: port, as: 2)
            client.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n40000000\r\n")
            let sent = await withCheckedContinuation { done in
                // Sending blocks. The pauses make five seconds of a gigabyte, longer than what is refused is taken.
                Thread.detachNewThread {
                    let piece = [UInt8](repeating: 0x20, count: 1 << 20)
                    let taken = (0..<1024).prefix { _ in
                        usleep(5000)
                        return client.send(piece)
                    }
                    done.resume(returning: taken.count)
                }
            }
            #expect(sent < 1024)
        }
    }

    /// As many as it may have are left to it.
    @Test func whoConnectsAgainAndAgain() async throws {
        try await beside { _, port in
            var clients: [Client] = []
            for _ in 0..<20 {
                for _ in 0..<100 { clients.append(try Client(port: port, as: 3)) }
                #expect(try await clients.last?.some() == nil)
                clients.removeSubrange(64...)
            }
        }
    }
}
