import Foundation
import Glibc
import SSH

/// An SSH server that does what a test's script says, for one connection, on a thread of its own.
final class HostileServer: Sendable {
    let port: UInt16
    let hostKey: SSHPublicKey
    private let listener: Listener

    /// - Parameter script: what the server does with its connection; an error ends it quietly.
    init(_ script: @escaping @Sendable (ServerConnection) throws -> Void) throws {
        let listener = try Listener()
        self.listener = listener
        port = listener.port
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
        guard let key = SSHPrivateKey(seed: seed) else { throw POSIXError(.EINVAL) }
        hostKey = key.publicKey
        let thread = Thread {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            try? script(ServerConnection(descriptor, seed: seed, blob: key.publicKey.blob))
            shutdown(descriptor, CInt(SHUT_RDWR))
            close(descriptor)
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    deinit {
        shutdown(listener.descriptor, CInt(SHUT_RDWR))
        listener.close()
    }

    func connect(_ options: SSHOptions = SSHOptions()) async throws -> SSHSession {
        try await SSHSession.connect(to: "127.0.0.1", port: port, hostKey: hostKey, options: options)
    }

    func logIn(_ options: SSHOptions = SSHOptions()) async throws -> SSHSession {
        let session = try await connect(options)
        try await session.authenticate(user: "root", key: .generate())
        return session
    }
}
