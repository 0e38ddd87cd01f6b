import Testing

@testable import Isolation

@Suite struct QuantityTests {
    @Test(arguments: [
        ("512", 512), ("512M", 512), ("512MiB", 512), ("2G", 2048), ("1.5G", 1536), ("2gib", 2048), ("1t", 1_048_576),
    ])
    func memoryIsRead(_ text: String, _ mebibytes: UInt64) {
        #expect(Memory(text)?.mebibytes == mebibytes)
    }

    @Test(arguments: [
        "", "0", "-1", "-5M", "1e9", "12X", "M", "1..5", "99999T", "nan", "inf", "５", " 5", "0x10", "1.2.3",
    ])
    func memoryThatCannotBeMeantIsRefused(_ text: String) {
        #expect(Memory(text) == nil)
    }

    @Test(arguments: [("1", 1000), ("0.5", 500), ("1.5", 1500), ("0.01", 10), ("64", 64000)])
    func cpusAreRead(_ text: String, _ thousandths: Int) {
        #expect(CPUs(text)?.thousandths == thousandths)
    }

    @Test(arguments: ["", "0", "-1", "0.001", "1e3", "99999", "two", "nan", "1,5", "+1"])
    func cpusThatCannotBeMeantAreRefused(_ text: String) {
        #expect(CPUs(text) == nil)
    }

    @Test func fractionsBecomeWholeProcessorsAndAQuota() {
        let half = CPUAllocation(CPUs(thousandths: 500))
        #expect(half.virtualCPUs == 1 && half.quota == 50_000 && half.shares == 512)
        let more = CPUAllocation(CPUs(thousandths: 1500))
        #expect(more.virtualCPUs == 2 && more.quota * more.virtualCPUs == 150_000 && more.shares == 1536)
        let least = CPUAllocation(CPUs(thousandths: 1))
        #expect(least.virtualCPUs == 1 && least.quota == 1000 && least.shares == 2)
    }

    @Test func quotaNeverGivesMoreThanAskedFor() {
        for thousandths in 10...5000 {
            let allocation = CPUAllocation(CPUs(thousandths: thousandths))
            #expect(allocation.quota * allocation.virtualCPUs <= max(thousandths * 100, 1000 * allocation.virtualCPUs))
        }
    }

    @Test func theLimitIsAboveTheGuest() {
        let resources = Resources(cpus: CPUs(thousandths: 1000), memory: .mebibytes(256), disk: .mebibytes(10))
        let limit = MemoryOverhead().hardLimit(for: resources, disks: 1)
        #expect(limit.mebibytes > 256 + 160 && limit.mebibytes < 512)
    }
}

@Suite struct ResourceTests {
    private let host = HostCapacity(processors: 2, memory: .mebibytes(4096), disk: .mebibytes(10_000))

    private func check(_ cpus: Int, _ memory: UInt64, _ disk: UInt64) throws {
        try Resources(cpus: CPUs(thousandths: cpus), memory: .mebibytes(memory), disk: .mebibytes(disk)).check(
            against: host)
    }

    @Test func whatFitsPasses() throws { try check(2000, 3000, 9000) }

    @Test(arguments: [(2001, 256, 10, "--cpus"), (1000, 4000, 10, "--mem"), (1000, 256, 10_001, "--disk")])
    func whatDoesNotFitNamesItsOption(_ cpus: Int, _ memory: UInt64, _ disk: UInt64, _ option: String) {
        let error = #expect(throws: BulkheadError.self) { try check(cpus, memory, disk) }
        #expect(error?.reason == .exceedsHost)
        #expect(error?.remedy.contains(option) == true)
    }

    @Test func tooLittleMemoryIsNamed() {
        #expect(throws: BulkheadError.self) { try check(1000, 16, 10) }
    }
}

@Suite struct ContainerIDTests {
    @Test(arguments: ["a", "build-7", "x0", String(repeating: "a", count: 48)])
    func hostNamesPass(_ text: String) throws { #expect(try ContainerID(text).description == text) }

    @Test(arguments: ["", "-a", "a-", "A", "a_b", "a.b", "../x", "a b", "ä", "a\n", String(repeating: "a", count: 49)])
    func otherNamesAreRefused(_ text: String) {
        #expect(throws: BulkheadError.self) { try ContainerID(text) }
    }

    @Test func randomOnesDifferAndAreValid() throws {
        let names = (0..<1000).map { _ in ContainerID.random() }
        #expect(Set(names).count == 1000)
        for name in names { #expect(try ContainerID(name.description) == name) }
    }
}
