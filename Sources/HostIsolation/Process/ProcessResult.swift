import Isolation

/// What the supervisor left when its command had ended.
struct ProcessResult: Hashable {
    let status: Int32

    /// - Throws: ``BulkheadError`` with `resultForged` where something else wrote the file.
    /// - Returns: nil where there is none.
    static func read(_ record: ProcessRecord, in places: ProcessPlaces) throws(BulkheadError) -> ProcessResult? {
        guard ControlGroup.exists(places.result) else { return nil }
        let text = (try? bytesOfFile(places.result, limit: 1024)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.count == 2, lines[0] == "nonce=\(record.nonce)", lines[1].hasPrefix("status="),
            let status = Int32(lines[1].dropFirst("status=".count)), (0...255).contains(status)
        else {
            throw BulkheadError(
                .resultForged, "file \(places.result)", "it is not what the supervisor writes",
                remedy: "find out what wrote it; a command that is not trusted belongs into a virtual machine")
        }
        return ProcessResult(status: status)
    }

    func termination(killedForMemory: Int) -> Termination {
        var evidence = ["file result: status \(status)"]
        guard status == 128 + 9, killedForMemory > 0 else {
            return Termination(Outcome(ofShell: status), evidence: evidence)
        }
        evidence.append("control group: \(killedForMemory) killed for want of memory")
        return Termination(.outOfMemory, evidence: evidence)
    }
}
