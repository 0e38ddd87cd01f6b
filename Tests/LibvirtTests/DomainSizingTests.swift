import Libvirt
import Testing

@Suite struct DomainSizingTests {
    @Test func memoryFollows() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            try await domain.setMemory(Kibibytes(mebibytes: 64), .live)
            #expect(try await domain.info().memory == Kibibytes(mebibytes: 64))
            let error = try await libvirtError { try await domain.setMemory(Kibibytes(mebibytes: 1024)) }
            #expect(error.code == .invalidArgument)
            let off = try await connection.defineDomain(xml: domainXML("off"))
            #expect(
                try await libvirtError { try await off.setMemory(Kibibytes(1024), .live) }.code == .operationInvalid)
        }
    }

    @Test func memoryParameters() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            let limits = MemoryParameters(hardLimit: Kibibytes(mebibytes: 512), softLimit: Kibibytes(mebibytes: 300))
            try await domain.setMemoryParameters(limits, .config)
            let read = try await domain.memoryParameters(.config)
            #expect(read.hardLimit == Kibibytes(mebibytes: 512))
            #expect(read.softLimit == Kibibytes(mebibytes: 300))
            #expect(read.swapHardLimit == .unlimited)
            let wrong = MemoryParameters(["hard_limit": .string("much")])
            #expect(try await libvirtError { try await domain.setMemoryParameters(wrong) }.code == .invalidArgument)
            let unknown = MemoryParameters(["no_such_limit": .unsignedLong(1)])
            let error = try await libvirtError { try await domain.setMemoryParameters(unknown) }
            #expect([.argumentUnsupported, .invalidArgument].contains(error.code))
        }
    }

    @Test func schedulerParameters() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            try await domain.setSchedulerParameters(SchedulerParameters(["weight": .unsignedInt(70)]))
            let wrong = SchedulerParameters(["weight": .string("heavy")])
            #expect(try await libvirtError { try await domain.setSchedulerParameters(wrong) }.code == .invalidArgument)
            do {
                #expect(try await domain.schedulerParameters().parameters["weight"] != nil)
            } catch let error as LibvirtError {
                // The `test:` driver of libvirt 9 refuses a flag that the library itself adds.
                #expect(error.message.contains("unsupported flags (0x4)"))
            }
        }
    }

    @Test func virtualProcessors() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            #expect(try await domain.vcpus(.maximum) == 2)
            try await domain.setVCPUs(1, .live)
            #expect(try await domain.vcpus(.live) == 1)
            #expect(try await libvirtError { try await domain.setVCPUs(-1) }.code == .invalidArgument)
        }
    }

    @Test func quotasAreDurations() {
        var scheduler = SchedulerParameters()
        scheduler.vcpuPeriod = .milliseconds(100)
        scheduler.vcpuQuota = .microseconds(-1)
        scheduler.emulatorQuota = .seconds(Int64.max)
        scheduler.cpuShares = 1024
        #expect(scheduler.parameters["vcpu_period"] == .unsignedLong(100_000))
        #expect(scheduler.parameters["vcpu_quota"] == .long(-1))
        #expect(scheduler.parameters["emulator_quota"] == .long(.max))
        #expect(scheduler.parameters["cpu_shares"] == .unsignedLong(1024))
        #expect(scheduler.vcpuQuota == .microseconds(-1))
    }

    @Test func kibibytesDoNotOverflow() {
        #expect(Kibibytes(bytes: 2047) == Kibibytes(1))
        #expect(Kibibytes(.max).bytes == .max)
        #expect(Kibibytes(mebibytes: .max).rawValue == .max)
        #expect(Kibibytes(3).bytes == 3072)
        #expect(Kibibytes(1) < Kibibytes(2))
    }
}
