import Glibc
import Isolation

extension Descriptor {
    /// Takes what comes out of a pipe until its end, or until its writer is over and nothing is left in it: others may
    /// hold the other end for as long as they like.
    ///
    /// - Parameter take: throwing says that nobody reads any more; then writers get SIGPIPE.
    func pump(until writerEnded: Once<Void>, _ take: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
        while true {
            let isOver = writerEnded.current != nil
            if let bytes = try readNow(upTo: 1 << 16) {
                if bytes.isEmpty { return }
                do { try await take(bytes) } catch let error as CancellationError { throw error } catch {
                    return disconnect()
                }
            } else if isOver {
                return
            } else {
                try await whichever({ try await self.becomes(.readable) }, { try await writerEnded.value() })
            }
        }
    }

    /// Writes what the source gives until it gives no more, or until nobody reads it.
    func feed(_ source: @escaping @Sendable () async throws -> [UInt8]?) async throws {
        defer { disconnect() }
        do {
            while let bytes = try await abandonable(source) { try await write(bytes) }
        } catch let error as SystemCallError where error.code == EPIPE {}
    }

    /// Lets go of the pipe at once, though others still hold this object.
    func disconnect() {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nothing >= 0 else { return }
        dup2(nothing, number)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        close(nothing)
    }
}
