import Isolation

/// Copies between the caller's files and a container's, on one host. Links are copied as links and never followed.
enum HostCopy {
    static func put(_ transfer: Transfer, _ places: ProcessPlaces, for user: HostUser) async throws {
        let target = places.hostPath(transfer.guest)
        try inside(target, places)
        let owner = user.isOurs ? [] : ["chown", "-hR", "--", "\(user.uid):\(user.gid)", target]
        try await tool(
            ["cp", "-RPT", "--preserve=mode,timestamps", "--", transfer.host, target], transfer.host, .fileUnreadable)
        if !owner.isEmpty { try await tool(owner, target, .fileUnwritable) }
    }

    static func get(_ transfer: Transfer, _ places: ProcessPlaces) async throws {
        let source = places.hostPath(transfer.guest)
        try inside(source, places)
        try await tool(
            ["cp", "-RPT", "--preserve=mode,timestamps", "--", source, transfer.host], transfer.guest, .copyFailed)
    }

    /// A path below the container's own must not lead out of it by a link that the command made on the way.
    private static func inside(_ path: String, _ places: ProcessPlaces) throws(BulkheadError) {
        guard path.hasPrefix(places.work + "/") else { return }
        let parent = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        guard let real = resolved(parent), let work = resolved(places.work) else { return }
        guard real == work || real.hasPrefix(work + "/") else {
            throw BulkheadError(
                .copyFailed, "file \(path)", "a link on the way leads to \(real)", remedy: "name the file where it is")
        }
    }

    private static func tool(_ words: [String], _ subject: String, _ reason: BulkheadError.Reason) async throws {
        let said = ProgramCall.Kept()
        var call = ProgramCall(arguments: [Array(try HostTool.find(words[0]).utf8)] + words.dropFirst().map(RawText.decode))
        call.errors = { if said.bytes.count < 4096 { _ = said.append($0) } }
        let end = try await call.run()
        guard end.status != 0 else { return }
        throw BulkheadError(
            reason, "file \(subject)", String(decoding: said.bytes, as: UTF8.self).filter { $0 != "\n" },
            remedy: "check the path, its owner and its permissions")
    }
}
