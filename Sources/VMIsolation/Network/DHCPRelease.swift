import Glibc
import Isolation

/// Gives a lease back in its guest's name, so that an address does not stay taken until it expires.
///
/// The DHCP server listens on the bridge of this very host; a release is one packet without an answer (RFC 2131, 4.4.6).
struct DHCPRelease {
    var server: String
    var address: String
    var mac: String
    /// Option 61 as the guest sent it; the server finds the lease by it.
    var clientID: [UInt8]?
    var bridge: String

    /// The packet: fixed part of 236 bytes, magic cookie, options.
    func packet() -> [UInt8]? {
        guard let client = Subnet.number(address), let server = Subnet.number(server) else { return nil }
        let hardware = mac.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        guard hardware.count == 6 else { return nil }
        var packet = [UInt8](repeating: 0, count: 236)
        packet.replaceSubrange(0..<4, with: [1, 1, 6, 0])
        packet.replaceSubrange(4..<8, with: bytes(UInt32.random(in: 1 ... .max)))
        packet.replaceSubrange(12..<16, with: bytes(client))
        packet.replaceSubrange(28..<34, with: hardware)
        packet += [99, 130, 83, 99, 53, 1, 7, 54, 4] + bytes(server)
        if let clientID, clientID.count < 256 { packet += [61, UInt8(clientID.count)] + clientID }
        return packet + [255]
    }

    private func bytes(_ number: UInt32) -> [UInt8] {
        [UInt8(number >> 24), UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)]
    }

    /// - Returns: whether the packet left; the lease expires by itself where it did not.
    func send() -> Bool {
        guard let packet = packet(), let number = Subnet.number(server) else { return false }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // The server takes requests from its own interface alone.
        guard setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, bridge, socklen_t(bridge.utf8.count)) == 0 else {
            return false
        }
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = in_port_t(67).bigEndian
        to.sin_addr.s_addr = number.bigEndian
        let sent = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, packet, packet.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return sent == packet.count
    }
}
