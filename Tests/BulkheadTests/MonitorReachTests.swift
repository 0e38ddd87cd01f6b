import Foundation
import Glibc
import TestSupport
import Testing

@testable import SelfTest

/// What the self-test's program reaches as another user: what is open to all, and nothing of root's.
@Suite(.enabled("only root may be another user") { geteuid() == 0 }) struct MonitorReachTests {
    private let here = TemporaryDirectory()
    private static let nobody = MonitorReach.User(user: 0x7000_0001, group: 0x7000_0001)

    /// A file, and a socket that is listened at.
    private func probes(mode: mode_t) throws -> (probes: [MonitorReach.Probe], listener: Int32) {
        let file = try here.file("file", [1])
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = here.path + "/socket"
        unlink(path)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let status = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) | listen(listener, 8)
            }
        }
        #expect(status == 0 && chmod(path, mode) == 0 && chmod(file, mode) == 0 && chmod(here.path, 0o711) == 0)
        let ways: [(MonitorReach.Way, String)] = [(.read, file), (.write, file), (.connect, path)]
        return (ways.map { MonitorReach.Probe("x", "", $0.0, $0.1) }, listener)
    }

    @Test(arguments: [0o600: Finding.Verdict.held, 0o666: .breach] as [mode_t: Finding.Verdict])
    func whatIsOpenIsReached(_ mode: mode_t, _ verdict: Finding.Verdict) async throws {
        let (probes, listener) = try probes(mode: mode)
        let program = try await Canaries.program()
        let results = try await MonitorReach.attempt(probes, as: Self.nobody, program)
        let byRoot = try await MonitorReach.attempt(probes, as: .root, program)
        #expect(byRoot == [0, 0, 0])
        for index in probes.indices {
            let finding = MonitorReach.judge(probes[index], results[index], byRoot: byRoot[index])
            #expect(finding.verdict == verdict, "\(finding)")
        }
        close(listener)
    }

    @Test func signalsReachProcessesOfTheSameUserAlone() async throws {
        let target = MonitorReach.Probe("x", "", .signal, "\(getpid())")
        let program = try await Canaries.program()
        #expect(try await MonitorReach.attempt([target], as: Self.nobody, program) == [EPERM])
        #expect(try await MonitorReach.attempt([target], as: .root, program) == [0])
    }

    @Test func whatIsNotThereProvesNothing() {
        let probe = MonitorReach.Probe("x", "", .read, "/nonexistent")
        #expect(MonitorReach.judge(probe, ENOENT, byRoot: ENOENT).verdict == .notTried)
        let channel = MonitorReach.Probe("x", "", .connect, "/nonexistent", mayBeMissing: true)
        #expect(MonitorReach.judge(channel, EACCES, byRoot: ENOENT).verdict == .held)
        #expect(MonitorReach.judge(channel, 0, byRoot: 0).verdict == .breach)
    }
}
