import Foundation
import HostIsolation
import Isolation
import Synchronization
import TestSupport
import Testing

@Suite struct ProcessStreamTests {
    private func launcher(_ trial: HostTrial) -> ProcessLauncher {
        ProcessLauncher(places: trial.places, owner: "a test")
    }

    /// More than all pipes on the way hold together, every byte value included.
    @Test func inputComesOutAgainByteForByte() async throws {
        let trial = try HostTrial(["sh", "-c", "cat; echo done >&2"], output: .caller)
        let sent = (0..<40).map { block in (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ block) } }
        let (caller, launcher) = (Caller(input: sent), launcher(trial))
        let ending = try await trial.run(launcher, streams: caller.streams)
        #expect(ending.outcome == .exited(0))
        // Apart from the expectation, which would look for the least difference of both.
        let isWhole = caller.received == sent.flatMap { $0 }
        #expect(isWhole, "\(caller.received.count) bytes")
        #expect(caller.errors.withLock { $0 } == Array("done\n".utf8))
        try await trial.stop(launcher)
    }

    @Test func aSlowReaderHoldsTheCommandBack() async throws {
        let trial = try HostTrial(
            ["sh", "-c", "dd if=/dev/zero bs=65536 count=64 2>/dev/null; echo over >&2"], output: .caller)
        let (caller, gate, launcher) = (Caller(), Once<Void>(), launcher(trial))
        var streams = caller.streams
        streams.output = { bytes in
            try await gate.value()
            caller.output.withLock { $0 += bytes }
        }
        let slow = streams
        async let ending = trial.run(launcher, streams: slow)
        try await trial.bounded { try await trial.runs.value() }
        // Longer than the whole output takes where nobody holds it back.
        try await Task.sleep(for: .milliseconds(300))
        #expect(caller.errors.withLock { $0 }.isEmpty)
        gate.fulfil(.success(()))
        #expect(try await ending.outcome == .exited(0))
        #expect(caller.output.withLock { $0.count } == 64 * 65_536)
        try await trial.stop(launcher)
    }

    @Test func whenNobodyReadsTheCommandHearsIt() async throws {
        struct Closed: Error {}
        let trial = try HostTrial(["yes"], output: .caller)
        var streams = Caller().streams
        streams.output = { _ in throw Closed() }
        let launcher = launcher(trial)
        #expect(try await trial.run(launcher, streams: streams).outcome == .signalled(13))
        try await trial.stop(launcher)
    }

    /// A daemon keeps the pipes open; the command's own end counts, and nothing of its output is lost.
    @Test func aDaemonDoesNotHoldUpTheEnd() async throws {
        let trial = try HostTrial(["sh", "-c", "setsid sleep 3600 & echo said; exit 3"], output: .caller)
        let (caller, launcher) = (Caller(), launcher(trial))
        #expect(try await trial.run(launcher, streams: caller.streams).outcome == .exited(3))
        #expect(caller.output.withLock { $0 } == Array("said\n".utf8))
        try await trial.stop(launcher)
    }

    /// The first follower goes in the midst of the stream; rotated files hold all of it, once.
    @Test func aLongOutputSurvivesARestart() async throws {
        let trial = try HostTrial(["sh", "-c", "i=0; while [ $i -lt 60000 ]; do echo line $i; i=$((i+1)); done"])
        let limits = LogLimits(fileSize: .kibibytes(64), kept: 100)
        func launcher() -> ProcessLauncher { ProcessLauncher(places: trial.places, owner: "a test", limits: limits) }
        let first = launcher()
        try await first.start(trial.here, LaunchPlan())
        let following = Task { try await trial.execute(first) }
        try await eventually("some output", within: .seconds(20)) { trial.file("stdout").count > 2000 ? true : nil }
        following.cancel()
        _ = await following.result
        let second = launcher()
        #expect(try await trial.execute(second, isResumed: true).outcome == .exited(0))
        let names = try FileManager.default.contentsOfDirectory(atPath: trial.here.sandbox ?? "").filter {
            $0.hasPrefix("stdout.")
        }
        let order = names.compactMap { UInt64($0.dropFirst("stdout.".count)) }.sorted()
        let whole = order.flatMap { trial.file("stdout.\($0)") } + trial.file("stdout")
        let isWhole = whole == Array((0..<60_000).map { "line \($0)\n" }.joined().utf8)
        #expect(isWhole, "\(whole.count) bytes")
        try await trial.stop(second)
    }
}
