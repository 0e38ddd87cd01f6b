import Foundation
import Glibc
import Isolation
import Libvirt

extension Launch {
    /// Makes everything that the guest needs and that needs no guest. The ledger knows of it before it exists.
    func prepare() async throws -> Machine {
        try await clock.run(.prepare, timeout: { Launch.slow(.prepare) }) { try await self.prepareNow() }
    }

    private func prepareNow() async throws -> Machine {
        let acceleration = try AccelerationProbe().choose(request.acceleration)
        report.acceleration = acceleration
        clock.isEmulated(acceleration == .tcg)
        let host = try await link.connect()
        try request.resources.check(against: try await host.capacity(disk: engine.state.root))
        let network = try await network(host)
        let row = try await claim(network)
        let directory = engine.state.container(request.id)
        try engine.state.make(directory, mode: 0o711)
        let identity = GuestIdentity(request.id, uuid: UUID(uuidString: row.uuid) ?? UUID())
        var plan = try await plan(row, acceleration, identity, directory)
        if let owner = try await MonitorOwner.find(host, acceleration) { try handOver(&plan, to: owner) }
        let machine = Machine(
            container: request.id, plan: plan, identity: identity,
            network: network, reservedAddress: row.address, host: host)
        report.hardLimit = machine.plan.hardLimit
        self.machine = machine
        return machine
    }

    private func network(_ host: VirtualHost) async throws -> GuestNetwork {
        do {
            if let name = request.network { return try await .foreign(name, on: host.connection) }
            return try await OwnNetwork(
                connection: host.connection, ledger: engine.ledger, state: engine.state,
                template: try engine.networkTemplate()
            ).ready()
        } catch let error as LibvirtError { throw error.named("network", .networkRefused) }
    }

    /// Takes the name and the address. From here on a sweep finds what we leave, should we be killed.
    private func claim(_ network: GuestNetwork) async throws -> Ledger.Container {
        try Task.checkCancellation()
        guard let lock = try FileLock.take(engine.state.lock(request.id)) else {
            throw Ledger.nameInUse("\(request.id)")
        }
        self.lock = lock
        let wish = Ledger.Container(
            id: "\(request.id)", uuid: UUID().uuidString.lowercased(), connection: engine.connection,
            created: Int(Date().timeIntervalSince1970), image: request.image.name, kept: false, network: network.name,
            mac: GuestNetwork.randomMAC(), address: nil)
        let row = network.isOurs ? try engine.ledger.open(wish, takingAddressOf: network.name) : wish
        if !network.isOurs { try engine.ledger.open(wish) }
        self.row = row
        return row
    }

    private func plan(
        _ row: Ledger.Container, _ acceleration: DomainPlan.Acceleration, _ identity: GuestIdentity, _ directory: String
    ) async throws -> DomainPlan {
        let disks = try await GuestDisks(directory: directory, cache: engine.state.cache)
            .make(for: request, identity: identity)
        var seedFile: String?
        let boot: DomainPlan.Boot
        switch request.image.content {
        case .kernel(let kernel, let initrd, _):
            seedFile = directory + "/seed"
            try PrivateFile.write(try Seed.firmware(identity), to: directory + "/seed")
            guard let line = request.image.commandLine(acceleration) else {
                throw BulkheadError(
                    .imageBroken, "image “\(request.image.name)”",
                    "it has no kernel command line for \(acceleration.rawValue)",
                    remedy: "build it anew: bulkhead image build --force")
            }
            boot = .kernel(kernel: kernel, initrd: initrd, commandLine: line)
        case .disk: boot = .disk
        }
        // Made by us, so that it stays readable to us: the log daemon only appends.
        try PrivateFile.write([], to: directory + "/console.log")
        return DomainPlan(
            name: "bulkhead-\(request.id)", uuid: UUID(uuidString: row.uuid) ?? UUID(),
            owner: .init(
                owner: engine.ledger.owner, container: request.id, created: row.created,
                templateDigest: request.template.digest),
            acceleration: acceleration, cpu: CPUAllocation(request.resources.cpus), memory: request.resources.memory,
            hardLimit: MemoryOverhead(emulated: acceleration == .tcg).hardLimit(
                for: request.resources, disks: disks.count), boot: boot, disks: disks,
            interface: .init(mac: row.mac, network: row.network, isolated: true), seedFile: seedFile,
            consoleLog: directory + "/console.log")
    }

    /// What QEMU writes becomes its user's, and nothing else: images stay as they are.
    private func handOver(_ plan: inout DomainPlan, to owner: MonitorOwner) throws(BulkheadError) {
        for file in plan.disks.map(\.file) { try owner.take(file) }
        if let seed = plan.seedFile { try owner.take(seed) }
        plan.monitorUser = owner.label
    }

    static func slow(_ stage: LaunchStage) -> BulkheadError {
        BulkheadError(
            .hypervisorRefused, "stage \(stage.rawValue)", "it did not end within its budget",
            remedy: "see the host's load and bulkhead doctor; the budget is the key budget.\(stage.rawValue)")
    }
}

extension GuestNetwork {
    /// Locally administered, in the range that QEMU's guests use.
    static func randomMAC() -> String {
        "52:54:00"
            + (0..<3).map { _ in
                let byte = UInt8.random(in: 0 ... .max)
                return ":" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
    }
}
