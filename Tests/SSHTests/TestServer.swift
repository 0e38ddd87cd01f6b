import Foundation
import Glibc
import SSH
import Synchronization

/// A real SSH server on a loopback port, with keys of its own in a folder of its own; gone with the last reference.
final class TestServer: Sendable {
    enum Kind: String, CaseIterable, Codable, Sendable { case openssh, dropbear }

    let kind: Kind
    let port: UInt16
    let hostKey = SSHPrivateKey.generate()
    let clientKey = SSHPrivateKey.generate()
    let folder: URL
    private let process: ChildProcess
    private let isEnded = Atomic(false)

    /// - Parameter shell: what OpenSSH's shell reads before each command.
    init(_ kind: Kind = .openssh, configuration: [String] = [], shell: String = "") async throws {
        self.kind = kind
        let port = try freePort()
        self.port = port
        let folder = URL.temporaryDirectory.appending(path: "ssh-test-\(UUID().uuidString)")
        self.folder = folder
        let hostKey = hostKey
        let clientKey = clientKey
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // dropbear looks for keys in the home of the user alone: the server gets a home that it alone sees.
        try Self.write(folder, "home/.ssh/authorized_keys", Data((clientKey.publicKey.line() + "\n").utf8))
        try Self.write(folder, "home/.bashrc", Data(shell.utf8))
        let command: String
        switch kind {
        case .openssh:
            try Self.write(folder, "key", Data(hostKey.pem.utf8))
            let lines = [
                "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(folder.path)/key", "UsePAM no", "StrictModes no",
                "PermitRootLogin yes", "PidFile none", "MaxSessions 200", "MaxStartups 500",
            ]
            try Self.write(folder, "config", Data((configuration + lines).joined(separator: "\n").utf8))
            command =
                "mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f \(folder.path)/config"
        case .dropbear:
            try Self.write(folder, "key", Data(hostKey.dropbear))
            let options = (["-r", "\(folder.path)/key", "-P", "\(folder.path)/pid"] + configuration).joined(
                separator: " ")
            command = "exec dropbear -F -E -p 127.0.0.1:\(port) \(options)"
        }
        let script = "mount --make-rprivate / && mount --bind \(folder.path)/home /root && cd / && \(command)"
        process = try ChildProcess(
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script], log: folder.appending(path: "log").path)
        try await waitForPort()
    }

    deinit { end() }

    /// Ends it with all commands that run on it, which have process groups of their own and may still write to its
    /// folder: what shares its mounts is its. A test with a process of its own calls it, as that ends without ado.
    func end() {
        guard !isEnded.exchange(true, ordering: .relaxed) else { return }
        let mounts = Self.mounts("\(process.identifier)")
        process.end()
        if let mounts, mounts != Self.mounts("self") {
            while case let rest = Self.processes.filter({ Self.mounts($0) == mounts }), !rest.isEmpty {
                for identifier in rest.compactMap(pid_t.init) { kill(identifier, SIGKILL) }
                usleep(1000)
            }
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private static var processes: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] }

    private static func mounts(_ process: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/mnt")
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
            } catch  where ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
