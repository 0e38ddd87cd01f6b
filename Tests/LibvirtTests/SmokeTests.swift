import Libvirt
import Testing

@Test func opens() async throws {
    let c = try await Connection.open("test:///default")
    print(try await c.domains(), try await c.nodeInfo(), try LibvirtVersion.library)
}
