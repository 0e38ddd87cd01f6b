import Foundation
import Testing

/// One test at a time: some measure the memory of the process.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/sbin/sshd"), "openssh-server is not installed"))
enum AllTests {}
