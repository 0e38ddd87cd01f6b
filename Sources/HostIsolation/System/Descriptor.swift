import CLinux
import Glibc
import Isolation

/// A file descriptor, closed when its last user lets go.
package final class Descriptor: Sendable {
    let number: Int32

    init(owning number: Int32) { self.number = number }
    deinit { close(number) }

    convenience init(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemCallError) {
        self.init(owning: try SystemCallError.check("open \(path)") { open(path, flags | O_CLOEXEC, mode) })
    }

    /// Our ends do not block; a command's ends do, as commands expect.
    enum OurEnd { case reads, writes }

    /// A pipe between a command and us.
    static func pipe(_ ourEnd: OurEnd) throws(SystemCallError) -> (ours: Descriptor, theirs: Descriptor) {
        var numbers: [Int32] = [-1, -1]
        try SystemCallError.check("pipe") { linux_pipe(&numbers) }
        let (reading, writing) = (Descriptor(owning: numbers[0]), Descriptor(owning: numbers[1]))
        let ours = ourEnd == .reads ? reading : writing
        _ = fcntl(ours.number, F_SETFL, O_NONBLOCK)
        return ourEnd == .reads ? (reading, writing) : (writing, reading)
    }

    /// - Returns: nothing at the end of the stream; nil where a read would block.
    func readNow(upTo limit: Int) throws(SystemCallError) -> [UInt8]? {
        var failure: SystemCallError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(SystemCallError) {
                count = try SystemCallError.check("read") { Glibc.read(number, buffer.baseAddress, limit) }
            } catch { failure = error }
        }
        guard let failure else { return bytes }
        if failure.code == EAGAIN { return nil }
        throw failure
    }

    /// - Returns: how many bytes were taken; nil where a write would block.
    func writeNow(_ bytes: ArraySlice<UInt8>) throws(SystemCallError) -> Int? {
        do throws(SystemCallError) {
            return try Descriptor.withoutPipeSignal { () throws(SystemCallError) in
                try SystemCallError.check("write") {
                    bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
                }
            }
        } catch {
            if error.code == EAGAIN { return nil }
            throw error
        }
    }

    /// A pipe that nobody reads is an error to us and no reason to die, whatever this process does about SIGPIPE: that
    /// goes to the thread that writes, so it is held back there and taken out.
    private static func withoutPipeSignal<Value>(
        _ body: () throws(SystemCallError) -> Value
    ) throws(SystemCallError) -> Value {
        var (pipe, former) = (sigset_t(), sigset_t())
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &former)
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        do throws(SystemCallError) { return try body() } catch {
            if error.code == EPIPE, sigismember(&former, SIGPIPE) == 0 {
                var now = timespec()
                sigtimedwait(&pipe, nil, &now)
            }
            throw error
        }
    }

    /// Writes all, and waits where the other side is slow.
    func write(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if let count = try writeNow(rest) { rest = rest.dropFirst(count) } else { try await becomes(.writable) }
        }
    }
}

extension Descriptor {
    /// Waits for the kernel to say so: also at the end of a stream, and of the process behind a pidfd.
    func becomes(_ readiness: Readiness) async throws { try await Poller.wait(for: number, readiness) }
}
