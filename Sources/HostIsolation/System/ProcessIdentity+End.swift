import CLinux
import FoundationEssentials
import Glibc

extension ProcessIdentity {
    /// Kills the process and waits until it is gone, from the process table too. Whoever is connected to it through one
    /// of the Unix sockets does not see that before the copies of them are let go.
    ///
    /// Needs CAP_SYS_PTRACE where the process is another user's.
    ///
    /// - Parameter path: chooses the sockets, by what they are bound to; they are copied before the process is killed.
    /// - Parameter patience: how long the process may take to end.
    /// - Returns: the copies; nil where there are none to be had, and the process was left alone.
    package func end(holding path: (Substring) -> Bool, patience: Duration) async -> [Descriptor]? {
        let number = linux_pidfd_open(pid)
        guard number >= 0 else { return nil }
        let process = Descriptor(owning: number)
        let copies = isAlive ? sockets(boundTo: path, of: process) : []
        guard !copies.isEmpty, linux_pidfd_kill(number) == 0 else { return nil }
        let deadline = ContinuousClock.now + patience
        while Glibc.kill(pid, 0) == 0, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(1))
        }
        return copies
    }

    private func sockets(boundTo path: (Substring) -> Bool, of process: Descriptor) -> [Descriptor] {
        // Address, users, protocol, flags, type, state, inode, path.
        let table = textFile("/proc/\(pid)/net/unix")?.split(separator: "\n").map { $0.split(separator: " ") } ?? []
        let chosen = Set(table.filter { $0.count == 8 && path($0[7]) }.map { "socket:[\($0[6])]" })
        let (files, directory) = (FileManager.default, "/proc/\(pid)/fd")
        return ((try? files.contentsOfDirectory(atPath: directory)) ?? []).compactMap { name in
            guard let number = Int32(name), let target = try? files.destinationOfSymbolicLink(atPath: "\(directory)/\(name)"),
                chosen.contains(target)
            else { return nil }
            let copy = linux_pidfd_getfd(process.number, number)
            return copy < 0 ? nil : Descriptor(owning: copy)
        }
    }
}
