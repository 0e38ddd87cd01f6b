import FoundationEssentials
import Glibc
import Isolation
import Mesos
import SwiftProtobuf

/// Files of sandboxes, under the paths that Mesos gives them. Links are never followed, so none leads out.
extension Operator {
    /// Of what one answer holds: 16 pages.
    static let mostRead = 16 * 4096
    /// A directory with more entries is not shown.
    static let mostEntries = 20_000

    /// - Throws: ``Refusal`` with 400, 403, 404 or 500.
    func list(_ path: String) async throws(Refusal) -> [SandboxFile] {
        let (sandbox, words) = try await resolve(path)
        if let name = words.last {
            let status = try Self.named { () throws(BulkheadError) in
                try Self.directory(sandbox, words.dropLast())?.status(of: name)
            }
            if (status?.st_mode ?? 0) & S_IFMT == S_IFREG { throw Refusal(status: 400, text: "“\(path)” is no directory") }
        }
        let names = try Self.named { () throws(BulkheadError) in
            try Self.directory(sandbox, words[...])?.entries(limit: Self.mostEntries)
        }
        guard let names else { throw Refusal(status: 404, text: "There is no directory “\(path)”") }
        let base = path.hasSuffix("/") ? path : path + "/"
        return names.map { SandboxFile(path: base + $0.name, status: $0.status) }.sorted { $0.path < $1.path }
    }

    /// - Throws: ``Refusal`` with 400, 403, 404 or 500.
    func open(_ path: String) async throws(Refusal) -> OpenSandboxFile {
        let (sandbox, words) = try await resolve(path)
        guard let name = words.last else { throw Refusal(status: 400, text: "“\(path)” is a directory") }
        let descriptor = try Self.named { () throws(BulkheadError) -> Int32? in
            guard let place = try Self.directory(sandbox, words.dropLast()) else { return nil }
            if let status = try place.status(of: name), status.st_mode & S_IFMT != S_IFREG { return -1 }
            return try place.file(name)
        }
        guard let descriptor else { throw Refusal(status: 404, text: "There is no file “\(path)”") }
        guard descriptor >= 0 else { throw Refusal(status: 400, text: "“\(path)” is a directory, a link or no file") }
        return OpenSandboxFile(owning: descriptor)
    }

    func read(_ call: Mesos_V1_Agent_Call.ReadFile) async throws(Refusal) -> Response {
        let file = try await open(call.path)
        let wanted = call.hasLength ? Int(clamping: call.length) : Self.mostRead
        var response = Response()
        response.type = .readFile
        response.readFile.size = file.size
        response.readFile.data = .init(file.read(at: call.offset, upTo: min(wanted, Self.mostRead)))
        return response
    }

    private static func directory(_ sandbox: String, _ words: ArraySlice<String>) throws(BulkheadError) -> OpenDirectory? {
        var place = try OpenDirectory(sandbox)
        for word in words {
            guard let next = try place.directory(word) else { return nil }
            place = next
        }
        return place
    }

    private static func named<Value>(_ body: () throws(BulkheadError) -> Value) throws(Refusal) -> Value {
        do throws(BulkheadError) { return try body() } catch {
            let isLink = error.detail.contains("link")
            throw Refusal(status: isLink ? 403 : 500, text: "\(error)")
        }
    }

    /// - Returns: the sandbox on the host, and the way from there.
    private func resolve(_ path: String) async throws(Refusal) -> (String, [String]) {
        let words = path.split(separator: "/").map(String.init)
        guard path.hasPrefix("/") else { throw Refusal(status: 400, text: "Expecting 'path' to begin with “/”") }
        guard !words.contains(".."), !words.contains(".") else {
            throw Refusal(status: 403, text: "“..” and “.” are no part of a path here")
        }
        let root = places.root.split(separator: "/").map(String.init) + ["sandboxes"]
        for prefix in [root, ["sandboxes"]] where words.starts(with: prefix) && words.count > prefix.count {
            guard let id = try? Isolation.ContainerID(words[prefix.count]), exists(id) else { break }
            return (places.sandbox(id), Array(words.dropFirst(prefix.count + 1)))
        }
        if words.count >= 6, words[0] == "frameworks", words[2] == "executors", words[4] == "runs",
            let id = await executors.container(ofRun: words[5], of: words[3], words[1]), exists(id)
        {
            return (places.sandbox(id), Array(words.dropFirst(6)))
        }
        throw Refusal(status: 404, text: "There is no sandbox at “\(path)”")
    }

    private func exists(_ id: Isolation.ContainerID) -> Bool {
        var status = stat()
        return lstat(places.sandbox(id), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension Mesos_V1_FileInfo {
    init(_ file: SandboxFile) {
        self.init()
        path = file.path
        nlink = Int32(clamping: file.status.st_nlink)
        size = UInt64(file.status.st_size)
        mtime.nanoseconds = Int64(file.status.st_mtim.tv_sec) * 1_000_000_000 + Int64(file.status.st_mtim.tv_nsec)
        mode = file.status.st_mode
        uid = file.owner
        gid = file.group
    }
}
