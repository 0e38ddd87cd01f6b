import Libvirt
import Testing

@Suite struct DomainDeviceTests {
    @Test func countsTraffic() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            let stats = try await domain.interfaceStats("52:54:00:01:02:03")
            #expect(stats.name == "52:54:00:01:02:03")
            #expect(stats.received.bytes != nil)
            #expect(try await libvirtError { try await domain.interfaceStats("vnet99") }.code == .invalidArgument)
        }
    }

    @Test func knowsDisks() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            let info = try await domain.blockInfo("vda")
            #expect(info.capacity > 0)
            #expect(try await libvirtError { try await domain.blockInfo("vdz") }.code == .invalidArgument)
        }
    }

    @Test func findsAddresses() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            let interfaces = try await domain.interfaceAddresses(source: .lease)
            let interface = try #require(interfaces.first)
            #expect(interface.hardwareAddress == "52:54:00:01:02:03")
            let address = try #require(interface.addresses.first)
            #expect(address.type == .ipv4)
            #expect(address.address.hasPrefix("192.168.122."))
            #expect(address.prefix == 24)
        }
    }
}
