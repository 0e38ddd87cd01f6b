import Glibc

/// How a process ended.
package struct ExitStatus: Hashable, Sendable {
    /// As `waitpid` gives it.
    package var raw: Int32

    package init(raw: Int32) { self.raw = raw }

    package var signal: Int32? { raw & 0x7f == 0 ? nil : raw & 0x7f }
    package var code: Int32? { signal == nil ? raw >> 8 & 0xff : nil }

    /// In Mesos' words, which frameworks look for.
    package var message: String {
        guard let signal else { return "Command exited with status \(raw >> 8 & 0xff)" }
        let name = strsignal(signal).map { String(cString: $0) } ?? "\(signal)"
        return "Command terminated with signal \(name)" + (raw & 0x80 == 0 ? "" : " (core dumped)")
    }
}
