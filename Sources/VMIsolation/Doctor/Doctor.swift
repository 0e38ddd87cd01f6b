import Foundation
import HostIsolation
public import Isolation
import Libvirt

/// Walks the whole chain that a launch walks, as the machine monitor's user would see it, and changes nothing.
public struct Doctor: Sendable {
    let state: StateDirectory
    let connection: String
    let images: ImageStore
    /// Directory of the shipped templates.
    let templates: String
    let network: String?

    /// - Throws: ``BulkheadError`` with `badOption`.
    public init(
        _ state: StateDirectory, connection: String, images: ImageStore, templates: String, network: String?
    ) throws(BulkheadError) {
        self.templates = templates
        try Engine.check(connection: connection)
        self.state = state
        self.connection = connection
        self.images = images
        self.network = network
    }

    public func examine() async -> [Check] {
        var checks = [processor(), tools()]
        let user = MonitorUser()
        checks.append(user.check)
        checks += imageChain(user)
        checks += stateDirectory(user)
        let ledger = LedgerCheck(path: state.ledger)
        checks.append(ledger.check)
        checks += [space("disk space of state", state.root), space("disk space of images", state.cache)]
        checks += HostChecks().all
        do {
            let host = try await VirtualHost.open(connection)
            checks += await hypervisor(host)
            checks += await monitor(host)
            checks += await networks(host, ledger.ledger)
        } catch {
            let error = error as? BulkheadError
            checks.append(.failure("libvirt", error?.detail ?? "libvirt does not answer", fix: error?.remedy ?? ""))
        }
        return checks
    }

    private func processor() -> Check {
        guard let obstacle = AccelerationProbe().obstacle else {
            return .ok("acceleration", "kvm: the processor can run guests")
        }
        return .warning(
            "acceleration", obstacle,
            fix: "guests run emulated, several times slower; enable virtualization in firmware or outer hypervisor")
    }

    private func tools() -> Check {
        let missing = ["qemu-img", "mke2fs"].filter { (try? HostTool.find($0)) == nil }
        if missing.isEmpty { return .ok("tools", "qemu-img and mke2fs are there") }
        return .failure(
            "tools", "missing: \(missing.joined(separator: ", "))", fix: "apt-get install qemu-utils e2fsprogs")
    }

    private func imageChain(_ user: MonitorUser) -> [Check] {
        do {
            let image = try images.image(ImageStore.defaultName)
            let files = image.files.flatMap { PathWalk(user: user).checks("image file", $0) }
            return [.ok("default image", "digest \(image.digest.prefix(16))…, content as recorded")] + files
        } catch { return [.failure("default image", error.detail, fix: error.remedy)] }
    }

    private func stateDirectory(_ user: MonitorUser) -> [Check] {
        let path = state.root + "/containers"
        let place = nearestPlace(to: path)
        let checks = PathWalk(user: user).checks("state directory", place)
        guard place != path, checks.allSatisfy({ $0.verdict == .ok }) else { return checks }
        return [.ok("state directory", "\(path) is made by the first run")]
    }

    private func space(_ name: String, _ path: String) -> Check {
        let path = nearestPlace(to: path)
        let values = try? FileManager.default.attributesOfFileSystem(forPath: path)
        let free = Memory(bytes: (values?[.systemFreeSize] as? NSNumber)?.uint64Value ?? 0)
        if free < .mebibytes(1024) {
            return .failure(
                name, "\(free) free at \(path)",
                fix: "free space there, or move it: BULKHEAD_STATE_DIR, BULKHEAD_CACHE_DIR")
        }
        return .ok(name, "\(free) free at \(path)")
    }

    private func hypervisor(_ host: VirtualHost) async -> [Check] {
        var checks: [Check] = []
        do {
            let version = try await host.connection.daemonVersion()
            let node = try await host.connection.nodeInfo()
            checks.append(.ok("libvirt", "\(connection) answers, version \(version)"))
            checks.append(.ok("host", "\(node.cpus) processors, \(Memory(bytes: node.memory.bytes))"))
        } catch { checks.append(.failure("libvirt", "\(error)", fix: "see its log: journalctl -u libvirtd")) }
        for kind in ["kvm", "qemu"] {
            do {
                _ = try await host.connection.domainCapabilities(virtType: kind)
                checks.append(.ok("domain type \(kind)", "offered by libvirt"))
            } catch {
                let fix = kind == "kvm" ? "not needed for emulated guests" : "apt-get install qemu-system-x86"
                checks.append(
                    kind == "kvm"
                        ? .warning("domain type kvm", "\(error)", fix: fix)
                        : .failure("domain type qemu", "\(error)", fix: fix))
            }
        }
        return checks
    }

    private func monitor(_ host: VirtualHost) async -> [Check] {
        do {
            let text = try await host.connection.capabilities()
            return MonitorChecks(capabilities: text, acceleration: AccelerationProbe().obstacle == nil ? .kvm : .tcg)
                .all
        } catch { return [.failure("security driver", "\(error)", fix: "see libvirt's log")] }
    }
}
