public import Isolation

/// What a guest boots from. Never written to: guests get overlays, or nothing but memory.
public struct Image: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        /// Kernel and initial RAM disk, and the kernel's command line for each kind of acceleration.
        case kernel(kernel: String, initrd: String, commandLines: [String: String])
        /// A disk that boots by itself and sets itself up by cloud-init.
        case disk(file: String, format: DomainPlan.Disk.Format)
    }

    public var name: String
    public var content: Content
    /// SHA-256 over the content, hexadecimal.
    public var digest: String

    public init(name: String, content: Content, digest: String) {
        self.name = name
        self.content = content
        self.digest = digest
    }

    public var files: [String] {
        switch content {
        case .kernel(let kernel, let initrd, _): [kernel, initrd]
        case .disk(let file, _): [file]
        }
    }

    var setsItselfUp: Bool {
        if case .disk = content { true } else { false }
    }

    func commandLine(_ acceleration: DomainPlan.Acceleration) -> String? {
        guard case .kernel(_, _, let lines) = content else { return nil }
        return lines[acceleration.rawValue]
    }

}

/// `manifest.json` of an image that was built here: what is in it and where it came from.
public struct ImageManifest: Codable, Sendable {
    public enum Kind: String, Codable, Sendable { case kernel, disk }

    public struct File: Codable, Sendable {
        /// Hexadecimal.
        public var sha256: String
    }

    public var name: String
    public var kind: Kind
    public var digest: String
    public var files: [String: File]
    public var commandLine: [String: String]?
    /// Of a disk; never probed.
    public var format: DomainPlan.Disk.Format?
}
