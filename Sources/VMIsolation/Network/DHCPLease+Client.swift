import Foundation
import Libvirt

extension DHCPLease {
    func isOver(at time: Date = Date()) -> Bool { expiry.map { $0 <= time } ?? false }

    /// What the guest called itself in DHCP's option 61; libvirt shows it as hexadecimal pairs.
    var clientIDBytes: [UInt8]? {
        guard let clientID else { return nil }
        let bytes = clientID.split(separator: ":").compactMap { UInt8($0, radix: 16) }
        return bytes.isEmpty ? nil : bytes
    }
}
