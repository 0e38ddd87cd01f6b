public import Foundation

/// A network of the guests' own: a bridge, and every address promised to one MAC beforehand.
public struct NetworkPlan: Hashable, Sendable {
    /// What a guest with this MAC gets.
    public struct Reservation: Hashable, Sendable {
        public var mac: String
        /// IPv4, dotted.
        public var ip: String

        public init(mac: String, ip: String) {
            self.mac = mac
            self.ip = ip
        }
    }

    /// The element that marks a network as ours.
    public static let metadataNamespace = "https://bulkhead.dev/network/1"

    public var name: String
    /// Left to libvirt if nil.
    public var uuid: UUID?
    /// The ledger's id: one for each state directory.
    public var owner: String
    /// The bridge's device, at most 15 characters.
    public var bridge: String
    /// The host's own address on the bridge.
    public var address: String
    public var netmask: String
    /// The same of IPv6, on a /64; nil where guests have none.
    public var address6: String?
    /// At least one, each MAC and address once; the DHCP range runs from the lowest address to the highest.
    public var pool: [Reservation]
    public var leaseMinutes: Int
    /// The host routes for it, to where its guests' policies allow.
    public var isOpen: Bool

    public init(
        name: String, uuid: UUID? = nil, owner: String, bridge: String, address: String, netmask: String,
        address6: String? = nil, pool: [Reservation], leaseMinutes: Int, isOpen: Bool = false
    ) {
        self.name = name
        self.uuid = uuid
        self.owner = owner
        self.bridge = bridge
        self.address = address
        self.netmask = netmask
        self.address6 = address6
        self.pool = pool
        self.leaseMinutes = leaseMinutes
        self.isOpen = isOpen
    }
}
