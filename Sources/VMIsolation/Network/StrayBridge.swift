import Foundation
import Glibc
import HostIsolation

/// What libvirt's daemon leaves of a network when it is killed while it starts it: the bridge, perhaps with its DHCP
/// server. The daemon that follows knows of neither, and cannot start the network while the bridge is there.
struct StrayBridge {
    /// Of the host, such as `virbr-1a2b3c4d`.
    let name: String
    /// libvirt's name of the network.
    let network: String

    /// Takes both away. The network must not be active, and must not become so meanwhile.
    ///
    /// - Returns: whether there was a bridge, and it is gone; one that something hangs on stays.
    func remove() -> Bool {
        let place = "/sys/class/net/\(name)"
        guard FileManager.default.fileExists(atPath: place + "/bridge"),
            (try? FileManager.default.contentsOfDirectory(atPath: place + "/brif"))?.isEmpty == true
        else { return false }
        for server in servers() { server.signal(SIGKILL) }
        return removeBridge()
    }

    /// The DHCP server and its helper, by the file that libvirt has it read.
    private func servers() -> [ProcessIdentity] {
        let words = Data("--conf-file=/var/lib/libvirt/dnsmasq/\(network).conf\0".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).compactMap { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.range(of: words) == nil
                ? nil : ProcessIdentity(of: pid)
        }
    }

    /// It must be down first.
    private func removeBridge() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, name.utf8.count < Int(IFNAMSIZ) else { return false }
        defer { close(descriptor) }
        // struct ifreq: a name, and here no flags.
        var request = [UInt8](repeating: 0, count: MemoryLayout<ifreq>.size)
        request.replaceSubrange(0..<name.utf8.count, with: name.utf8)
        guard ioctl(descriptor, UInt(SIOCSIFFLAGS), &request) == 0 else { return false }
        var text = Array(name.utf8) + [0]
        return ioctl(descriptor, 0x89A1, &text) == 0  // SIOCBRDELBR
    }
}
