import Isolation

extension LauncherScript {
    /// Success needs both: the channel's exit status, and the same in a file that only this launch's script can write.
    ///
    /// - Parameter status: what the command's own channel said; nil where it had none.
    /// - Throws: ``BulkheadError`` with `connectionLost`, `resultMissing`, `resultForged` or `commandNotStarted`.
    func termination(_ status: Int32?, told channel: any GuestChannel) async throws -> Termination {
        let bytes = try await channel.output(of: "cat \(LauncherScript.result)", limit: 2048, within: .seconds(30))
        let told = status.map { "the session says \($0)" } ?? "its output has ended"
        guard let result = LauncherResult(bytes, nonce: nonce) else {
            throw BulkheadError(
                bytes.isEmpty ? .resultMissing : .resultForged, "the command's result",
                "\(told), the launcher's own file \(bytes.isEmpty ? "is not there" : "is not this launch's")",
                remedy: "the command removed or changed \(LauncherScript.directory)")
        }
        guard status == nil || status == result.status else {
            throw BulkheadError(
                .resultForged, "the command's result", "\(told), the file \(result.status)",
                remedy: "the command changed \(LauncherScript.directory) or killed its launcher")
        }
        guard result.error.isEmpty else {
            throw BulkheadError(
                .commandNotStarted, "the command",
                "\(ConsoleLog.printable(result.error)) is not to be had in the guest",
                remedy: "give a --user and a --workdir that the guest has or can make")
        }
        return Termination(result.outcome, evidence: ["file result: status \(result.status)"] + result.evidence)
    }
}

extension LauncherResult {
    var outcome: Outcome {
        if status == 137 && killedForMemory > 0 { return .outOfMemory }
        if diskIsFull { return .outOfDisk(status) }
        return Outcome(ofShell: status)
    }

    var evidence: [String] {
        (killedForMemory > 0 ? ["file result: the guest's kernel killed \(killedForMemory) for want of memory"] : [])
            + (diskIsFull ? ["file result: no space left in /sandbox"] : [])
    }
}
