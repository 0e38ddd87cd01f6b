internal import Dispatch
internal import Glibc

/// A file of this host, read or written in order, on a queue of its own so that a slow disk stops nobody else.
final class LocalFile: Sendable {
    private let descriptor: CInt
    private let queue = DispatchQueue(label: "ssh.file")

    /// - Parameter flags: of `open(2)`; a file that is made is for its owner alone.
    /// - Throws: ``SSHError`` with the reason `invalidArgument` and the system's error number.
    init(_ path: String, flags: CInt, _ step: SSHError.Step) throws(SSHError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw SSHError(step, .invalidArgument, "cannot open \(path)", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Nil at the end of the file.
    func read(_ count: Int, _ step: SSHError.Step) async throws -> [UInt8]? {
        try await onQueue { [descriptor] () throws(SSHError) -> [UInt8]? in
            var bytes = [UInt8](repeating: 0, count: count)
            let status = unsafe Glibc.read(descriptor, &bytes, count)
            if status < 0 { throw SSHError(step, .invalidArgument, "cannot read the local file", errno: errno) }
            bytes.removeLast(count - status)
            return status == 0 ? nil : bytes
        }
    }

    func write(_ bytes: [UInt8], _ step: SSHError.Step) async throws {
        try await onQueue { [descriptor] () throws(SSHError) in
            var written = 0
            while written < bytes.count {
                let status = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe Glibc.write(
                        descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
                }
                if status < 0 { throw SSHError(step, .invalidArgument, "cannot write the local file", errno: errno) }
                written += status
            }
        }
    }

    private func onQueue<Value: Sendable>(
        _ work: @escaping @Sendable () throws(SSHError) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                do throws(SSHError) {
                    continuation.resume(returning: try work())
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
