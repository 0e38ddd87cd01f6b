import CLinux
import Glibc
import Isolation
import Synchronization

extension ProgramCall {
    /// A child of ours that has not been collected yet, so its number is its own.
    final class Running: Sendable {
        let pid: pid_t
        private let collected = Mutex<Int32?>(nil)

        init(pid: pid_t) { self.pid = pid }

        /// Waits for its end and collects it.
        func ends() async throws {
            guard collected.withLock({ $0 }) == nil else { return }
            let number = linux_pidfd_open(pid)
            guard number >= 0 else { throw SystemCallError(call: "pidfd_open", code: errno) }
            try await Descriptor(owning: number).becomes(.readable)
            collected.withLock { value in
                if value == nil { value = ProcessIdentity.collect(pid) ?? 0 }
            }
        }

        /// To its whole process group; nothing happens once it was collected.
        func signal(_ number: Int32) {
            collected.withLock { if $0 == nil { kill(-pid, number) } }
        }

        /// As a shell would tell it.
        var status: Int32 {
            let raw = collected.withLock { $0 } ?? 0
            return raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
        }
    }

    /// Bytes that several tasks may add to.
    final class Kept: Sendable {
        private let state = Mutex<[UInt8]>([])

        var bytes: [UInt8] { state.withLock { $0 } }

        /// - Returns: how many there are now.
        func append(_ bytes: [UInt8]) -> Int {
            state.withLock { state in
                state += bytes
                return state.count
            }
        }
    }

    /// Gives bytes out once.
    final class Source: Sendable {
        private let state: Mutex<[UInt8]?>

        init(_ bytes: [UInt8]) { state = Mutex(bytes.isEmpty ? nil : bytes) }

        func next() -> [UInt8]? {
            state.withLock { state in
                defer { state = nil }
                return state
            }
        }
    }
}
