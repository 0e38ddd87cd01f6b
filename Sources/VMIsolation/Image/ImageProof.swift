import Crypto
import Foundation
import Isolation

/// Compares an image's files with the digests in its manifest, and remembers by inode, size and time of change
/// which ones it has read, so that only a file that changed is read again.
struct ImageProof {
    let directory: String
    let name: String

    private struct Stamp: Codable, Equatable {
        var inode: UInt64
        var size: Int64
        var changed: Int64
        var nanoseconds: Int64
        var digest: String
    }

    private var memory: String { directory + "/verified.json" }

    func check(_ files: [String: String]) throws(BulkheadError) {
        var stamps =
            FileManager.default.contents(atPath: memory)
            .flatMap { try? JSONDecoder().decode([String: Stamp].self, from: $0) } ?? [:]
        let before = stamps
        for (file, digest) in files {
            guard let stamp = stamp(file, digest) else { throw broken(file, "it is not there") }
            if stamps[file] == stamp { continue }
            guard try sum(file) == digest else { throw broken(file, "its content is not what the manifest says") }
            stamps[file] = stamp
        }
        // Who may not write there reads the files each time; nothing depends on it.
        if stamps != before {
            try? JSONEncoder().encode(stamps).write(to: URL(fileURLWithPath: memory), options: .atomic)
        }
    }

    private func stamp(_ file: String, _ digest: String) -> Stamp? {
        var status = stat()
        guard lstat(directory + "/" + file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Stamp(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), changed: Int64(status.st_mtim.tv_sec),
            nanoseconds: Int64(status.st_mtim.tv_nsec), digest: digest)
    }

    private func sum(_ file: String) throws(BulkheadError) -> String {
        guard let handle = FileHandle(forReadingAtPath: directory + "/" + file) else {
            throw broken(file, "unreadable")
        }
        var hash = SHA256()
        do {
            while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
        } catch { throw broken(file, error.localizedDescription) }
        return hash.finalize().hexadecimal
    }

    private func broken(_ file: String, _ why: String) -> BulkheadError {
        BulkheadError(
            .imageBroken, "image “\(name)”, file \(file)", why, remedy: "build it anew: bulkhead image build --force")
    }
}
