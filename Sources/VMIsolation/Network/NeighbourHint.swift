import Glibc
import Isolation

/// Tells the kernel which MAC an address has, so that the first packet to a guest need not wait for ARP, whose second
/// question comes a second after the first. The entry is one the kernel checks and forgets by itself.
///
/// Needs CAP_NET_ADMIN; without it the guest's own first ARP packet does the same, a little later.
enum NeighbourHint {
    @discardableResult
    static func give(address: String, mac: String, bridge: String) -> Bool {
        let hardware = mac.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        guard let number = Subnet.number(address), hardware.count == 6, bridge.utf8.count < 16 else { return false }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // struct arpreq of <net/if_arp.h>, which Swift does not import: two addresses, flags, mask, device.
        var request = [UInt8](repeating: 0, count: 68)
        request.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: UInt16(AF_INET), as: UInt16.self)
            bytes.storeBytes(of: number.bigEndian, toByteOffset: 4, as: UInt32.self)
            bytes.storeBytes(of: 1, toByteOffset: 16, as: UInt16.self)  // ARPHRD_ETHER
            bytes[18..<24].copyBytes(from: hardware)
            bytes.storeBytes(of: 2, toByteOffset: 32, as: Int32.self)  // ATF_COM
            bytes[52..<68].copyBytes(from: bridge.utf8)
        }
        return ioctl(descriptor, UInt(SIOCSARP), &request) == 0
    }
}
