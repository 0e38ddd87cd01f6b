import FoundationEssentials
import Libvirt
import Testing

/// libvirt's `test:` driver has no filters: what can be seen is the named error.
@Suite struct NWFilterTests {
    @Test func aDriverWithoutFiltersSaysSo() async throws {
        try await withTestNode { connection in
            let xml = "<filter name='none'/>"
            let errors = [
                try await libvirtError { try await connection.defineNWFilter(xml: xml) },
                try await libvirtError { try await connection.nwFilter(named: "a") },
                try await libvirtError { try await connection.nwFilter(uuid: UUID()) },
                try await libvirtError { try await connection.nwFilters() },
            ]
            #expect(errors.allSatisfy { $0.code == .noSupport }, "\(errors)")
        }
    }
}
