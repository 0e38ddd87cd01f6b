import FoundationEssentials
import Testing

@testable import Libvirt

/// Fields as `virConnectGetAllDomainStats` names them.
@Suite struct StatsFieldsTests {
    private let stats = DomainStats(
        name: "a",
        uuid: UUID(),
        parameters: [
            "state.state": .int(5), "state.reason": .int(3), "cpu.time": .unsignedLong(1_500_000_000),
            "balloon.current": .unsignedLong(1024), "balloon.rss": .unsignedLong(77),
            "vcpu.current": .unsignedInt(1), "vcpu.maximum": .unsignedInt(4),
            "vcpu.0.time": .unsignedLong(9), "vcpu.3.time": .unsignedLong(11), "vcpu.3.halted": .boolean(true),
            "net.count": .unsignedInt(1), "net.0.name": .string("vnet0"), "net.0.rx.bytes": .unsignedLong(12),
            "net.0.tx.drop": .unsignedLong(13),
            "block.count": .unsignedInt(2), "block.0.name": .string("vda"), "block.0.rd.times": .unsignedLong(8),
            "block.1.name": .string("vdb"), "block.1.path": .string("/b"), "block.1.capacity": .unsignedLong(99),
            "block.x.name": .string("odd"),
        ]
    )

    @Test func plainFields() {
        #expect(stats.state == .shutOff(.crashed))
        #expect(stats.cpuTime == .milliseconds(1500))
        #expect(stats.cpuUserTime == nil)
        #expect(stats.balloon.current == Kibibytes(1024))
        #expect(stats.balloon.resident == Kibibytes(77))
        #expect(stats.balloon.usable == nil)
        #expect(stats.currentVCPUs == 1)
        #expect(stats.maximumVCPUs == 4)
    }

    @Test func listsWithGaps() {
        #expect(stats.vcpus.map(\.index) == [0, 3])
        #expect(stats.vcpus.last?.halted == true)
        #expect(stats.vcpus.last?.time == .nanoseconds(11))
        #expect(stats.interfaces.map(\.name) == ["vnet0"])
        #expect(stats.interfaces.first?.received.bytes == 12)
        #expect(stats.interfaces.first?.sent.dropped == 13)
        #expect(stats.blocks.map(\.name) == ["vda", "vdb"])
        #expect(stats.blocks.first?.read.time == .nanoseconds(8))
        #expect(stats.blocks.last?.path == "/b")
        #expect(stats.blocks.last?.capacity == 99)
    }
}
