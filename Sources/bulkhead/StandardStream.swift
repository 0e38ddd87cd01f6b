import Dispatch
import Glibc

/// One of the process's own streams. Blocking calls wait on a thread of their own, never on Swift's.
struct StandardStream: Sendable {
    static let input = StandardStream(STDIN_FILENO)
    static let output = StandardStream(STDOUT_FILENO)
    static let errors = StandardStream(STDERR_FILENO)

    let isTerminal: Bool
    private let descriptor: Int32
    private let queue: DispatchQueue

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        queue = DispatchQueue(label: "stream \(descriptor)")
    }

    /// The next bytes as they come, at most 256 KiB; nil at the end.
    func read() async throws -> [UInt8]? {
        try await blocking {
            let buffer = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, count in
                count = max(0, retried { Glibc.read(descriptor, buffer.baseAddress, buffer.count) })
            }
            return buffer.isEmpty ? nil : buffer
        }
    }

    /// - Throws: ``StreamClosed`` where nobody reads any more.
    func write(_ bytes: [UInt8]) async throws { try await blocking { try writeNow(bytes) } }

    /// Blocks for as long as the stream takes nothing.
    ///
    /// - Throws: ``StreamClosed`` where nobody reads any more.
    func writeNow(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = retried {
                    Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                }
                guard count > 0 else { throw StreamClosed(errorNumber: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Opens `/dev/null` for what the caller has closed. Else the next descriptor of ours, to the ledger or the
    /// hypervisor, would get its number and the command's bytes.
    static func replaceClosed() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

struct StreamClosed: Error {
    var errorNumber: Int32
}

/// Repeats a call that a signal interrupted, and waits where a stream was set not to block.
private func retried(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result >= 0 || (errno != EINTR && errno != EAGAIN) { return result }
        if errno == EAGAIN { poll(nil, 0, 10) }
    }
}
