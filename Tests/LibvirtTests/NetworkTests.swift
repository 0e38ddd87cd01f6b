import FoundationEssentials
import Libvirt
import Testing

@Suite struct NetworkTests {
    @Test func aLife() async throws {
        try await withTestNode { connection in
            let network = try await connection.defineNetwork(xml: networkXML("life", bridge: "lifebr0", net: 77))
            #expect(network.name == "life")
            #expect(try await !network.isActive())
            try await network.create()
            #expect(try await network.isActive())
            #expect(try await network.isPersistent())
            #expect(try await network.bridgeName() == "lifebr0")
            #expect(try await network.xml().contains("192.168.77.1"))
            #expect(try await !network.autostarts())
            try await network.setAutostart(true)
            #expect(try await network.autostarts())
            try await network.destroy()
            try await network.undefine()
            #expect(try await libvirtError { try await connection.network(named: "life") }.code == .noNetwork)
        }
    }

    @Test func aTransientNetworkIsGoneWhenItStops() async throws {
        try await withTestNode { connection in
            let network = try await connection.createNetwork(xml: networkXML("brief", bridge: "briefbr0", net: 78))
            #expect(try await !network.isPersistent())
            #expect(try await Set(connection.networks().map(\.name)) == ["default", "brief"])
            #expect(try await connection.networks(.transient).map(\.name) == ["brief"])
            #expect(try await connection.network(uuid: network.uuid).name == "brief")
            try await network.destroy()
            #expect(try await connection.networks().map(\.name) == ["default"])
        }
    }

    @Test func aHostIsAddedToDHCP() async throws {
        try await withTestNode { connection in
            let network = try await connection.network(named: "default")
            let host = "<host mac='52:54:00:aa:bb:cc' ip='192.168.122.9'/>"
            try await network.update(NetworkUpdate(.addLast, .ipDHCPHost, xml: host), [.live, .config])
            #expect(try await network.xml().contains("52:54:00:aa:bb:cc"))
            let wrong = NetworkUpdate(.addLast, .ipDHCPHost, xml: "<host")
            let error = try await libvirtError { try await network.update(wrong, .live) }
            #expect([.xmlDetail, .xmlError].contains(error.code))
        }
    }

    /// The driver has leases for the interfaces of its domains only in newer versions of libvirt, or none at all.
    @Test func leasesAreGivenOrNotSupported() async throws {
        try await withTestNode { connection in
            let network = try await connection.network(named: "default")
            do {
                for lease in try await network.leases() { #expect(lease.address.hasPrefix("192.168.122.")) }
            } catch let error as LibvirtError {
                #expect(error.code == .noSupport)
                #expect(error.call == "virNetworkGetDHCPLeases")
            }
        }
    }

    @Test func malformedXMLIsANamedError() async throws {
        try await withTestNode { connection in
            let malformed = try await libvirtError { try await connection.defineNetwork(xml: "<network>") }
            #expect([.xmlDetail, .xmlError].contains(malformed.code))
            let empty = try await libvirtError { try await connection.createNetwork(xml: "") }
            #expect([.xmlDetail, .xmlError].contains(empty.code))
        }
    }
}
