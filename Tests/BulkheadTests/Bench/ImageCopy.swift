import Foundation
import Glibc
import TestSupport
import Testing
import VMIsolation

/// A copy of an image that a test may spoil, owned by us and readable by all.
struct ImageCopy {
    let path: String

    init(of image: String = "default", in directory: TemporaryDirectory) throws {
        path = directory.path + "/image"
        let source = Bench.images + "/" + image
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(atPath: source) where file != "verified.json" {
            try FileManager.default.copyItem(atPath: source + "/" + file, toPath: path + "/" + file)
            #expect(chown(path + "/" + file, geteuid(), getegid()) == 0 && chmod(path + "/" + file, 0o644) == 0)
        }
    }

    /// Of each file: user, group and mode as `ls -l` shows them, size and time.
    func owners() throws -> [String: [Int]] {
        var owners: [String: [Int]] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: path) where file != "verified.json" {
            var status = stat()
            try #require(lstat(path + "/" + file, &status) == 0)
            owners[file] = [
                Int(status.st_uid), Int(status.st_gid), Int(status.st_mode), Int(status.st_size), status.st_mtim.tv_sec,
            ]
        }
        return owners
    }

    /// - Parameter honestly: the manifest says so.
    func replaceKernel(with bytes: [UInt8], honestly: Bool) throws {
        try replace("vmlinux", with: bytes, honestly: honestly)
    }

    /// Has the guest start with other files beside its own; ours come first, so that none of its own is replaced.
    func addToInitrd(_ files: CPIOArchive) throws {
        let own = try Data(contentsOf: URL(fileURLWithPath: path + "/initrd"))
        try replace("initrd", with: files.bytes + own, honestly: true)
    }

    func appendToCommandLine(_ words: String) throws {
        try change { manifest in
            let lines = manifest["commandLine"] as? [String: String] ?? [:]
            manifest["commandLine"] = lines.mapValues { $0 + " " + words }
        }
    }

    private func replace(_ file: String, with bytes: [UInt8], honestly: Bool) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + file))
        guard honestly else { return }
        let digest = try sha256(bytes)
        try change { manifest in
            var files = manifest["files"] as? [String: Any] ?? [:]
            files[file] = ["sha256": digest, "size": bytes.count]
            manifest["files"] = files
        }
    }

    private func change(_ body: (inout [String: Any]) -> Void) throws {
        let file = URL(fileURLWithPath: path + "/manifest.json")
        var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        body(&manifest)
        try JSONSerialization.data(withJSONObject: manifest).write(to: file)
    }
}
