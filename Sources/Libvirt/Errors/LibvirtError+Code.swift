extension LibvirtError {
    /// What went wrong; the number is libvirt's own. Source: `virErrorNumber`.
    public struct Code: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let ok = Self(rawValue: 0)
        /// Internal error.
        public static let internalError = Self(rawValue: 1)
        /// Memory allocation failure.
        public static let noMemory = Self(rawValue: 2)
        /// No support for this function.
        public static let noSupport = Self(rawValue: 3)
        /// Could not resolve hostname.
        public static let unknownHost = Self(rawValue: 4)
        /// Can't connect to hypervisor.
        public static let noConnect = Self(rawValue: 5)
        /// Invalid connection object.
        public static let invalidConnection = Self(rawValue: 6)
        /// Invalid domain object.
        public static let invalidDomain = Self(rawValue: 7)
        /// Invalid function argument.
        public static let invalidArgument = Self(rawValue: 8)
        /// A command to hypervisor failed.
        public static let operationFailed = Self(rawValue: 9)
        /// A HTTP GET command to failed.
        public static let getFailed = Self(rawValue: 10)
        /// A HTTP POST command to failed.
        public static let postFailed = Self(rawValue: 11)
        /// Unexpected HTTP error code.
        public static let httpError = Self(rawValue: 12)
        /// Failure to serialize an S-Expr.
        public static let sexprSerial = Self(rawValue: 13)
        /// Could not open Xen hypervisor control.
        public static let noXen = Self(rawValue: 14)
        /// Failure doing an hypervisor call.
        public static let xenCall = Self(rawValue: 15)
        /// Unknown OS type.
        public static let osType = Self(rawValue: 16)
        /// Missing kernel information.
        public static let noKernel = Self(rawValue: 17)
        /// Missing root device information.
        public static let noRoot = Self(rawValue: 18)
        /// Missing source device information.
        public static let noSource = Self(rawValue: 19)
        /// Missing target device information.
        public static let noTarget = Self(rawValue: 20)
        /// Missing domain name information.
        public static let noName = Self(rawValue: 21)
        /// Missing domain OS information.
        public static let noOS = Self(rawValue: 22)
        /// Missing domain devices information.
        public static let noDevice = Self(rawValue: 23)
        /// Could not open Xen Store control.
        public static let noXenStore = Self(rawValue: 24)
        /// Too many drivers registered.
        public static let driverFull = Self(rawValue: 25)
        /// Not supported by the drivers (DEPRECATED).
        public static let callFailed = Self(rawValue: 26)
        /// An XML description is not well formed or broken.
        public static let xmlError = Self(rawValue: 27)
        /// The domain already exist.
        public static let domainExists = Self(rawValue: 28)
        /// Operation forbidden on read-only connections.
        public static let operationDenied = Self(rawValue: 29)
        /// Failed to open a conf file.
        public static let openFailed = Self(rawValue: 30)
        /// Failed to read a conf file.
        public static let readFailed = Self(rawValue: 31)
        /// Failed to parse a conf file.
        public static let parseFailed = Self(rawValue: 32)
        /// Failed to parse the syntax of a conf file.
        public static let configSyntax = Self(rawValue: 33)
        /// Failed to write a conf file.
        public static let writeFailed = Self(rawValue: 34)
        /// Detail of an XML error.
        public static let xmlDetail = Self(rawValue: 35)
        /// Invalid network object.
        public static let invalidNetwork = Self(rawValue: 36)
        /// The network already exist.
        public static let networkExists = Self(rawValue: 37)
        /// General system call failure.
        public static let systemError = Self(rawValue: 38)
        /// Some sort of RPC error.
        public static let rpc = Self(rawValue: 39)
        /// Error from a GNUTLS call.
        public static let gnuTLSError = Self(rawValue: 40)
        /// Failed to start network.
        public static let noNetworkDriver = Self(rawValue: 41)
        /// Domain not found or gone.
        public static let noDomain = Self(rawValue: 42)
        /// Network not found.
        public static let noNetwork = Self(rawValue: 43)
        /// Invalid MAC address.
        public static let invalidMAC = Self(rawValue: 44)
        /// Authentication failed.
        public static let authFailed = Self(rawValue: 45)
        /// Invalid storage pool object.
        public static let invalidStoragePool = Self(rawValue: 46)
        /// Invalid storage vol object.
        public static let invalidStorageVolume = Self(rawValue: 47)
        /// Failed to start storage.
        public static let noStorageDriver = Self(rawValue: 48)
        /// Storage pool not found.
        public static let noStoragePool = Self(rawValue: 49)
        /// Storage volume not found.
        public static let noStorageVolume = Self(rawValue: 50)
        /// Failed to start node driver.
        public static let noNodeDriver = Self(rawValue: 51)
        /// Invalid node device object.
        public static let invalidNodeDevice = Self(rawValue: 52)
        /// Node device not found.
        public static let noNodeDevice = Self(rawValue: 53)
        /// Security model not found.
        public static let noSecurityModel = Self(rawValue: 54)
        /// Operation is not applicable at this time.
        public static let operationInvalid = Self(rawValue: 55)
        /// Failed to start interface driver.
        public static let noInterfaceDriver = Self(rawValue: 56)
        /// Interface driver not running.
        public static let noInterface = Self(rawValue: 57)
        /// Invalid interface object.
        public static let invalidInterface = Self(rawValue: 58)
        /// More than one matching interface found.
        public static let multipleInterfaces = Self(rawValue: 59)
        /// Failed to start nwfilter driver.
        public static let noNWFilterDriver = Self(rawValue: 60)
        /// Invalid nwfilter object.
        public static let invalidNWFilter = Self(rawValue: 61)
        /// Nw filter pool not found.
        public static let noNWFilter = Self(rawValue: 62)
        /// Nw filter pool not found.
        public static let buildFirewall = Self(rawValue: 63)
        /// Failed to start secret storage.
        public static let noSecretDriver = Self(rawValue: 64)
        /// Invalid secret.
        public static let invalidSecret = Self(rawValue: 65)
        /// Secret not found.
        public static let noSecret = Self(rawValue: 66)
        /// Unsupported configuration construct.
        public static let configUnsupported = Self(rawValue: 67)
        /// Timeout occurred during operation.
        public static let operationTimeout = Self(rawValue: 68)
        /// A migration worked, but making the VM persist on the dest host failed.
        public static let migratePersistFailed = Self(rawValue: 69)
        /// A synchronous hook script failed.
        public static let hookScriptFailed = Self(rawValue: 70)
        /// Invalid domain snapshot.
        public static let invalidDomainSnapshot = Self(rawValue: 71)
        /// Domain snapshot not found.
        public static let noDomainSnapshot = Self(rawValue: 72)
        /// Stream pointer not valid.
        public static let invalidStream = Self(rawValue: 73)
        /// Valid API use but unsupported by the given driver.
        public static let argumentUnsupported = Self(rawValue: 74)
        /// Storage pool probe failed.
        public static let storageProbeFailed = Self(rawValue: 75)
        /// Storage pool already built.
        public static let storagePoolBuilt = Self(rawValue: 76)
        /// Force was not requested for a risky domain snapshot revert.
        public static let snapshotRevertRisky = Self(rawValue: 77)
        /// Operation on a domain was canceled/aborted by user.
        public static let operationAborted = Self(rawValue: 78)
        /// Authentication cancelled.
        public static let authCancelled = Self(rawValue: 79)
        /// The metadata is not present.
        public static let noDomainMetadata = Self(rawValue: 80)
        /// Migration is not safe.
        public static let migrateUnsafe = Self(rawValue: 81)
        /// Integer overflow.
        public static let overflow = Self(rawValue: 82)
        /// Action prevented by block copy job.
        public static let blockCopyActive = Self(rawValue: 83)
        /// The requested operation is not supported.
        public static let operationUnsupported = Self(rawValue: 84)
        /// Error in ssh transport driver.
        public static let ssh = Self(rawValue: 85)
        /// Guest agent is unresponsive, not running or not usable.
        public static let agentUnresponsive = Self(rawValue: 86)
        /// Resource is already in use.
        public static let resourceBusy = Self(rawValue: 87)
        /// Operation on the object/resource was denied.
        public static let accessDenied = Self(rawValue: 88)
        /// Error from a dbus service.
        public static let dbusService = Self(rawValue: 89)
        /// The storage vol already exists.
        public static let storageVolumeExists = Self(rawValue: 90)
        /// Given CPU is incompatible with host CPU.
        public static let cpuIncompatible = Self(rawValue: 91)
        /// XML document doesn't validate against schema.
        public static let xmlInvalidSchema = Self(rawValue: 92)
        /// Finish API succeeded but it is expected to return NULL.
        public static let migrateFinishOK = Self(rawValue: 93)
        /// Authentication unavailable.
        public static let authUnavailable = Self(rawValue: 94)
        /// Server was not found.
        public static let noServer = Self(rawValue: 95)
        /// Client was not found.
        public static let noClient = Self(rawValue: 96)
        /// Guest agent replies with wrong id to guest-sync command (DEPRECATED).
        public static let agentUnsynced = Self(rawValue: 97)
        /// Error in libssh transport driver.
        public static let libssh = Self(rawValue: 98)
        /// Fail to find the desired device.
        public static let deviceMissing = Self(rawValue: 99)
        /// Invalid nwfilter binding.
        public static let invalidNWFilterBinding = Self(rawValue: 100)
        /// No nwfilter binding.
        public static let noNWFilterBinding = Self(rawValue: 101)
        /// Invalid domain checkpoint.
        public static let invalidDomainCheckpoint = Self(rawValue: 102)
        /// Domain checkpoint not found.
        public static let noDomainCheckpoint = Self(rawValue: 103)
        /// Domain backup job id not found.
        public static let noDomainBackup = Self(rawValue: 104)
        /// Invalid network port object.
        public static let invalidNetworkPort = Self(rawValue: 105)
        /// The network port already exist.
        public static let networkPortExists = Self(rawValue: 106)
        /// Network port not found.
        public static let noNetworkPort = Self(rawValue: 107)
        /// No domain's hostname found.
        public static let noHostname = Self(rawValue: 108)
        /// Checkpoint can't be used.
        public static let checkpointInconsistent = Self(rawValue: 109)
        /// More than one matching domain found.
        public static let multipleDomains = Self(rawValue: 110)
    }
}
