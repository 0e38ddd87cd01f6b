import CLinux
import FoundationEssentials
import Glibc
import Isolation

/// Which process it is, also after a restart of ours: numbers are used again, the moment of a start is not.
package struct ProcessIdentity: Hashable, Codable, Sendable {
    package let pid: Int32
    /// In clock ticks since the boot: field 22 of `/proc/PID/stat`.
    let started: UInt64
    let bootID: String

    /// - Returns: nil where there is no such process, or only what is left of it.
    package init?(of pid: Int32) {
        guard let entry = ProcessTable.entry(pid), !entry.isDead else { return nil }
        (self.pid, started, bootID) = (pid, entry.started, ProcessIdentity.thisBoot)
    }

    /// Another one after each boot.
    package static let thisBoot =
        textFile("/proc/sys/kernel/random/boot_id")?.trimmingPrefix(while: \.isWhitespace)
        .split(separator: "\n").first.map(String.init) ?? ""

    package var isAlive: Bool { ProcessIdentity(of: pid) == self }

    /// Waits until the process has ended. Asks the kernel, not the clock.
    func ends() async throws {
        let number = linux_pidfd_open(pid)
        guard number >= 0 else {
            if errno == ESRCH { return }
            throw SystemCallError(call: "pidfd_open", code: errno)
        }
        let descriptor = Descriptor(owning: number)
        // Whose number it was when it was opened is known only now.
        guard isAlive else { return }
        try await descriptor.becomes(.readable)
    }

    package func signal(_ number: Int32) {
        if isAlive { kill(pid, number) }
    }

    /// Takes a dead child's place in the process table away; nothing happens where it lives, or is none of ours.
    ///
    /// - Returns: its status, as `waitpid` gives it.
    @discardableResult
    static func collect(_ pid: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? status : nil
    }
}

/// A small text of the kernel's or ours; nil where it cannot be read.
func textFile(_ path: String) -> String? {
    guard let bytes = try? bytesOfFile(path) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

/// - Parameter limit: bytes; what is beyond is left out.
func bytesOfFile(_ path: String, limit: Int = 1 << 20) throws(SystemCallError) -> [UInt8] {
    let file = try Descriptor(path, O_RDONLY | O_NOFOLLOW)
    var bytes: [UInt8] = []
    while bytes.count < limit, let more = try file.readNow(upTo: min(limit - bytes.count, 1 << 16)), !more.isEmpty {
        bytes += more
    }
    return bytes
}
