/// Why something could not be done: what was tried, on what, the source's own words, and what helps.
public struct BulkheadError: Error, Hashable, Codable, Sendable {
    /// The error's name. It is part of the interface: scripts match it, docs/launch.md explains each.
    public enum Reason: String, Codable, Sendable, CaseIterable {
        // What the caller asked for.
        case badOption, badResource, badName, nameInUse, exceedsHost, unknownContainer, unknownTask
        case imageUnknown, imageBroken, imageInUse, accelerationUnavailable, fileUnreadable, fileUnwritable
        case templateUnreadable, templateMalformed, templateIdentity, templateUnsafe, templateRejected
        // The host.
        case hypervisorUnreachable, hypervisorLost, hypervisorRefused, permissionDenied
        case networkMissing, networkInactive, networkFull, networkRefused, wallRefused, egressRefused
        case stateUnusable, diskFull, toolMissing, toolFailed, addressUnusable
        // The ladder from a started domain to a running command.
        case startFailed, guestDied, leaseTimeout, portTimeout, bannerTimeout, handshakeFailed, wrongHostKey
        case loginFailed, copyFailed, commandNotStarted, readBackMismatch, monitorUnconfined
        // The end.
        case isolatorFailed, isolatorHangs, launcherFailed, interruptedByRestart, hostRebooted, notRunning
        case connectionLost, resultMissing, resultForged, cleanupIncomplete
        // What a launcher has no way to do.
        case unsupported
        // The way to an agent.
        case agentUnreachable, agentRefused, credentialRefused, masterRefused
    }

    public var reason: Reason
    /// What it was tried on, such as `network “lan”`.
    public var subject: String
    /// Why, in the source's own words.
    public var detail: String
    public var remedy: String
    /// What was seen on the way: refused addresses, the console's last lines.
    public var evidence: [String]

    public init(_ reason: Reason, _ subject: String, _ detail: String, remedy: String, evidence: [String] = []) {
        self.reason = reason
        self.subject = subject
        self.detail = detail
        self.remedy = remedy
        self.evidence = evidence
    }
}

extension BulkheadError: CustomStringConvertible {
    public var description: String {
        var text = "\(reason.rawValue): \(subject): \(detail)"
        if !remedy.isEmpty { text += "\n  remedy: \(remedy)" }
        for line in evidence { text += "\n  | \(line)" }
        return text
    }
}
