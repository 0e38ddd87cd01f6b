extension LibvirtError {
    /// The part of libvirt that an error comes from. Source: `virErrorDomain`.
    public struct Origin: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let none = Self(rawValue: 0)
        /// Error at Xen hypervisor layer.
        public static let xen = Self(rawValue: 1)
        /// Error at connection with xend daemon.
        public static let xend = Self(rawValue: 2)
        /// Error at connection with xen store.
        public static let xenstore = Self(rawValue: 3)
        /// Error in the S-Expression code.
        public static let sexpr = Self(rawValue: 4)
        /// Error in the XML code.
        public static let xml = Self(rawValue: 5)
        /// Error when operating on a domain.
        public static let dom = Self(rawValue: 6)
        /// Error in the XML-RPC code.
        public static let rpc = Self(rawValue: 7)
        /// Error in the proxy code; unused.
        public static let proxy = Self(rawValue: 8)
        /// Error in the configuration file handling.
        public static let configuration = Self(rawValue: 9)
        /// Error at the QEMU daemon.
        public static let qemu = Self(rawValue: 10)
        /// Error when operating on a network.
        public static let net = Self(rawValue: 11)
        /// Error from test driver.
        public static let test = Self(rawValue: 12)
        /// Error from remote driver.
        public static let remote = Self(rawValue: 13)
        /// Error from OpenVZ driver.
        public static let openvz = Self(rawValue: 14)
        /// Error at Xen XM layer.
        public static let xenxm = Self(rawValue: 15)
        /// Error in the Linux Stats code.
        public static let statsLinux = Self(rawValue: 16)
        /// Error from Linux Container driver.
        public static let lxc = Self(rawValue: 17)
        /// Error from storage driver.
        public static let storage = Self(rawValue: 18)
        /// Error from network config.
        public static let network = Self(rawValue: 19)
        /// Error from domain config.
        public static let domain = Self(rawValue: 20)
        /// Error at the UML driver; unused.
        public static let uml = Self(rawValue: 21)
        /// Error from node device monitor.
        public static let nodeDevice = Self(rawValue: 22)
        /// Error from xen inotify layer.
        public static let xenInotify = Self(rawValue: 23)
        /// Error from security framework.
        public static let security = Self(rawValue: 24)
        /// Error from VirtualBox driver.
        public static let vbox = Self(rawValue: 25)
        /// Error when operating on an interface.
        public static let interface = Self(rawValue: 26)
        /// The OpenNebula driver no longer exists. Retained for ABI/API compat only.
        public static let one = Self(rawValue: 27)
        /// Error from ESX driver.
        public static let esx = Self(rawValue: 28)
        /// Error from the phyp driver, unused.
        public static let phyp = Self(rawValue: 29)
        /// Error from secret storage.
        public static let secret = Self(rawValue: 30)
        /// Error from CPU driver.
        public static let cpu = Self(rawValue: 31)
        /// Error from XenAPI.
        public static let xenapi = Self(rawValue: 32)
        /// Error from network filter driver.
        public static let nwFilter = Self(rawValue: 33)
        /// Error from Synchronous hooks.
        public static let hook = Self(rawValue: 34)
        /// Error from domain snapshot.
        public static let domainSnapshot = Self(rawValue: 35)
        /// Error from auditing subsystem.
        public static let audit = Self(rawValue: 36)
        /// Error from sysinfo/SMBIOS.
        public static let sysinfo = Self(rawValue: 37)
        /// Error from I/O streams.
        public static let streams = Self(rawValue: 38)
        /// Error from VMware driver.
        public static let vmware = Self(rawValue: 39)
        /// Error from event loop impl.
        public static let event = Self(rawValue: 40)
        /// Error from libxenlight driver.
        public static let libxl = Self(rawValue: 41)
        /// Error from lock manager.
        public static let locking = Self(rawValue: 42)
        /// Error from Hyper-V driver.
        public static let hyperv = Self(rawValue: 43)
        /// Error from capabilities.
        public static let capabilities = Self(rawValue: 44)
        /// Error from URI handling.
        public static let uri = Self(rawValue: 45)
        /// Error from auth handling.
        public static let auth = Self(rawValue: 46)
        /// Error from DBus.
        public static let dbus = Self(rawValue: 47)
        /// Error from Parallels.
        public static let parallels = Self(rawValue: 48)
        /// Error from Device.
        public static let device = Self(rawValue: 49)
        /// Error from libssh2 connection transport.
        public static let ssh = Self(rawValue: 50)
        /// Error from lockspace.
        public static let lockspace = Self(rawValue: 51)
        /// Error from initctl device communication.
        public static let initctl = Self(rawValue: 52)
        /// Error from identity code.
        public static let identity = Self(rawValue: 53)
        /// Error from cgroups.
        public static let cgroup = Self(rawValue: 54)
        /// Error from access control manager.
        public static let access = Self(rawValue: 55)
        /// Error from systemd code.
        public static let systemd = Self(rawValue: 56)
        /// Error from bhyve driver.
        public static let bhyve = Self(rawValue: 57)
        /// Error from crypto code.
        public static let crypto = Self(rawValue: 58)
        /// Error from firewall.
        public static let firewall = Self(rawValue: 59)
        /// Error from polkit code.
        public static let polkit = Self(rawValue: 60)
        /// Error from thread utils.
        public static let thread = Self(rawValue: 61)
        /// Error from admin backend.
        public static let admin = Self(rawValue: 62)
        /// Error from log manager.
        public static let logging = Self(rawValue: 63)
        /// Error from Xen xl config code.
        public static let xenxl = Self(rawValue: 64)
        /// Error from perf.
        public static let perf = Self(rawValue: 65)
        /// Error from libssh connection transport.
        public static let libssh = Self(rawValue: 66)
        /// Error from resource control.
        public static let resctrl = Self(rawValue: 67)
        /// Error from firewalld.
        public static let firewalld = Self(rawValue: 68)
        /// Error from domain checkpoint.
        public static let domainCheckpoint = Self(rawValue: 69)
        /// Error from TPM.
        public static let tpm = Self(rawValue: 70)
        /// Error from BPF code.
        public static let bpf = Self(rawValue: 71)
        /// Error from Cloud-Hypervisor driver.
        public static let ch = Self(rawValue: 72)
    }
}
