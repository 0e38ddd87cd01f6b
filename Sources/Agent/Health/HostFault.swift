import Isolation

extension BulkheadError.Reason {
    /// Whether it would meet the next launch as well, whatever that is: the host, or what its operator set up, is at
    /// fault. Not what callers ask for, and nothing that a guest or its image can bring about.
    var isHostFault: Bool {
        switch self {
        case .hypervisorUnreachable, .hypervisorLost, .hypervisorRefused, .permissionDenied, .networkMissing,
            .networkInactive, .networkFull, .networkRefused, .wallRefused, .stateUnusable, .diskFull, .toolMissing,
            .toolFailed, .startFailed, .readBackMismatch, .accelerationUnavailable, .fileUnreadable, .fileUnwritable,
            .templateUnreadable, .templateMalformed, .templateIdentity, .templateUnsafe, .templateRejected,
            .isolatorFailed, .isolatorHangs, .launcherFailed, .cleanupIncomplete, .monitorUnconfined:
            true
        case .badOption, .badResource, .badName, .nameInUse, .exceedsHost, .egressRefused, .unknownContainer,
            .unknownTask,
            .imageUnknown, .imageBroken, .imageInUse, .addressUnusable, .guestDied, .leaseTimeout, .portTimeout,
            .bannerTimeout, .handshakeFailed, .wrongHostKey, .loginFailed, .copyFailed, .commandNotStarted, .unsupported,
            .interruptedByRestart, .hostRebooted, .notRunning, .connectionLost, .agentUnreachable, .agentRefused,
            .credentialRefused, .masterRefused, .resultMissing, .resultForged:
            false
        }
    }
}
