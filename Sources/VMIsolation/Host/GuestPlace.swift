import Foundation
public import Isolation
import Libvirt

/// Where a running guest is to be found on this host.
public struct GuestPlace: Sendable {
    public var mac: String
    public var address: String
    /// The host's end of the guest's wire, a port of the bridge.
    public var interface: String
    public var bridge: String
    /// The host's address on the bridge.
    public var gateway: String
    /// The same of IPv6, the guest's and the host's, where its network has it.
    public var six: (address: String, gateway: String)?
    /// Of its QEMU; nil where we may not know it.
    public var monitor: Int32?
    public var isEmulated: Bool
}

extension Engine {
    /// - Throws: ``BulkheadError`` with `notRunning`, or what libvirt said.
    public func place(of container: ContainerID) async throws -> GuestPlace {
        guard let record = try ledger.record(container), let taken = try ledger.address(of: container),
            let address = taken.reservation.address
        else {
            throw BulkheadError(.notRunning, "guest of \(container)", "it has no address", remedy: "launch it again")
        }
        do {
            let connection = try await link.connect().connection
            let domain = try await connection.domain(uuid: record.machine)
            let xml = try await connection.network(named: taken.network).xml()
            let description = try NetworkDescription(xml: xml, name: taken.network)
            let document = try DomainDocument(try await domain.xml())
            let six = description.subnet(.six)
            return GuestPlace(
                mac: taken.reservation.mac, address: address,
                interface: document.node("devices/interface/target")?["dev"] ?? "", bridge: description.bridge,
                gateway: description.gateway,
                six: six.flatMap { six in six.address(of: taken.reservation.mac).map { ($0, six.host(1)) } },
                monitor: MonitorProcess(domain).pid,
                isEmulated: document.root["type"] != "kvm")
        } catch let error as LibvirtError { throw error.named("guest of \(container)") }
    }
}
