import Foundation
import SSH

/// A real SSH server on a loopback port, with keys of its own in a folder of its own; gone with the last reference.
final class TestServer: Sendable {
    enum Kind: String, CaseIterable, Sendable { case openssh, dropbear }

    let kind: Kind
    let port: UInt16
    let hostKey = SSHPrivateKey.generate()
    let clientKey = SSHPrivateKey.generate()
    let folder: URL
    private let process: ChildProcess

    init(_ kind: Kind = .openssh, configuration: [String] = []) async throws {
        self.kind = kind
        let port = try freePort()
        self.port = port
        let folder = URL.temporaryDirectory.appending(path: "ssh-test-\(UUID().uuidString)")
        self.folder = folder
        let hostKey = hostKey
        let clientKey = clientKey
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Self.write(folder, "authorized_keys", Data((clientKey.publicKey.line() + "\n").utf8))
        let arguments: [String]
        switch kind {
        case .openssh:
            try Self.write(folder, "key", Data(hostKey.pem.utf8))
            let lines = [
                "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(folder.path)/key", "UsePAM no", "StrictModes no",
                "AuthorizedKeysFile \(folder.path)/authorized_keys", "PermitRootLogin yes", "PidFile none",
                "MaxSessions 200", "MaxStartups 500",
            ]
            try Self.write(folder, "config", Data((configuration + lines).joined(separator: "\n").utf8))
            try? FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
            arguments = ["/usr/sbin/sshd", "-D", "-e", "-f", "\(folder.path)/config"]
        case .dropbear:
            // dropbear looks for keys in the home of the user alone: it gets a home of its own, seen by it alone.
            try Self.write(folder, "key", Data(hostKey.dropbear))
            try Self.write(folder, "home/.ssh/authorized_keys", Data((clientKey.publicKey.line() + "\n").utf8))
            let script = """
                mount --make-rprivate / && mount --bind \(folder.path)/home /root && cd / &&
                exec dropbear -F -E -p 127.0.0.1:\(port) -r \(folder.path)/key -P \(folder.path)/pid \
                \(configuration.joined(separator: " "))
                """
            arguments = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script]
        }
        process = try ChildProcess(arguments, log: folder.appending(path: "log").path)
        try await waitForPort()
    }

    deinit {
        process.end()
        try? FileManager.default.removeItem(at: folder)
    }

    var log: String { (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "" }

    func connect(_ options: SSHOptions = SSHOptions()) async throws -> SSHSession {
        try await SSHSession.connect(to: "127.0.0.1", port: port, hostKey: hostKey.publicKey, options: options)
    }

    func logIn(_ options: SSHOptions = SSHOptions()) async throws -> SSHSession {
        let session = try await connect(options)
        try await session.authenticate(user: "root", key: clientKey)
        return session
    }

    private static func write(_ folder: URL, _ path: String, _ data: Data) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try data.write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    private func waitForPort() async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                let session = try await connect()
                return await session.abandon()
            } catch where ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
