import Foundation
import Glibc
import TestSupport
import Testing

@testable import HostIsolation

@Suite struct ProcessIdentityTests {
    private static let server =
        "socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])) or die; listen(S, 1); accept(C, S); "
        + "syswrite(C, 'x'); sleep 3600"

    /// Libvirt and a machine monitor, in small.
    @Test func whoeverIsConnectedSeesTheEndWhenTheCopiesAreLetGo() async throws {
        let here = TemporaryDirectory()
        let path = here.path + "/monitor.sock"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
        process.arguments = ["-MSocket", "-e", Self.server, path]
        try process.run()
        defer { process.terminate() }
        let client = Descriptor(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        try await eventually("a server", within: .seconds(20)) { self.connect(client, to: path) ? true : nil }
        try await eventually("a byte of its own", within: .seconds(20)) { self.look(client) == .bytes ? true : nil }
        let identity = try #require(ProcessIdentity(of: process.processIdentifier))
        #expect(await identity.end(holding: { $0.hasSuffix("/another.sock") }, patience: .seconds(20)) == nil)
        #expect(identity.isAlive)
        var copies = await identity.end(holding: { $0 == path }, patience: .seconds(20))
        #expect(copies?.isEmpty == false)
        #expect(kill(process.processIdentifier, 0) != 0)
        #expect(look(client) == .nothingYet)
        withExtendedLifetime(copies) {}
        copies = nil
        try await eventually("the connection's end", within: .seconds(60)) { self.look(client) == .end ? true : nil }
        #expect(await identity.end(holding: { $0 == path }, patience: .seconds(20)) == nil)
    }

    private func connect(_ client: Descriptor, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private enum Sight { case nothingYet, end, bytes }

    private func look(_ client: Descriptor) -> Sight {
        var byte: UInt8 = 0
        let count = recv(client.number, &byte, 1, Int32(MSG_DONTWAIT))
        return count == 0 ? .end : count < 0 ? .nothingYet : .bytes
    }
}
