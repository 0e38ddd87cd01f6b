import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct LeaseSearchTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let mac = "52:54:00:00:00:07"

    private func search(reserved: String? = nil) -> LeaseSearch {
        LeaseSearch(mac: mac, network: "n", reserved: reserved, since: now.addingTimeInterval(-3))
    }

    private func lease(_ address: String, mac: String? = "52:54:00:00:00:07", in seconds: Double, v4: Bool = true)
        -> Lease
    {
        Lease(address: address, mac: mac, expiry: now.addingTimeInterval(seconds), isIPv4: v4)
    }

    @Test func theNewestUnexpiredOfOurMACWins() {
        let leases = [
            lease("10.0.0.9", in: 100), lease("10.0.0.7", in: 3000), lease("10.0.0.8", in: 200),
            lease("10.0.0.1", mac: "52:54:00:00:00:08", in: 9000), lease("10.0.0.2", mac: nil, in: 9000),
            lease("10.0.0.3", in: -1), lease("fe80::1", in: 9000, v4: false),
        ]
        for _ in 0..<10 { #expect(search().choose(leases.shuffled(), now: now) == "10.0.0.7") }
    }

    @Test func aDeadGuestsLeaseIsNotOurs() {
        let search = search(reserved: "10.0.0.7")
        let old = lease("10.0.0.7", in: Double(GuestNetwork.leaseSeconds) - 60)
        #expect(search.choose([old], now: now) == nil)
        #expect(search.timeout().evidence.contains { $0.contains("left over") })
        #expect(search.choose([old, lease("10.0.0.7", in: Double(GuestNetwork.leaseSeconds))], now: now) == "10.0.0.7")
    }

    @Test func onOurNetworkOnlyTheReservedAddressCounts() {
        let search = search(reserved: "10.0.0.7")
        #expect(search.choose([lease("10.0.0.8", in: Double(GuestNetwork.leaseSeconds))], now: now) == nil)
        #expect(search.timeout().evidence.contains { $0.contains("not the reserved 10.0.0.7") })
    }

    @Test func theErrorNamesEachRefusedCandidateOnce() {
        let search = search()
        for _ in 0..<50 {
            _ = search.choose([lease("10.0.0.3", in: -1), lease("10.0.0.4", mac: nil, in: 5)], now: now)
        }
        let error = search.timeout()
        #expect(error.reason == .leaseTimeout && error.evidence.count == 2)
        #expect(
            error.evidence.contains { $0.contains("expired") } && error.evidence.contains { $0.contains("another MAC") }
        )
        #expect(self.search().timeout().evidence == ["no lease of this MAC was seen"])
    }
}
