import Foundation
import TestSupport
import Testing

/// A copy of the default image that a test may spoil.
struct ImageCopy {
    let path: String

    init(in directory: TemporaryDirectory) throws {
        path = directory.path + "/image"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for file in ["vmlinux", "initrd", "manifest.json"] {
            try FileManager.default.copyItem(atPath: Bench.defaultImage + "/" + file, toPath: path + "/" + file)
        }
    }

    /// - Parameter honestly: the manifest says so.
    func replaceKernel(with bytes: [UInt8], honestly: Bool) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/vmlinux"))
        guard honestly else { return }
        let digest = try sha256(bytes)
        try change { manifest in
            var files = manifest["files"] as? [String: Any] ?? [:]
            files["vmlinux"] = ["sha256": digest, "size": bytes.count]
            manifest["files"] = files
        }
    }

    func appendToCommandLine(_ words: String) throws {
        try change { manifest in
            let lines = manifest["commandLine"] as? [String: String] ?? [:]
            manifest["commandLine"] = lines.mapValues { $0 + " " + words }
        }
    }

    private func change(_ body: (inout [String: Any]) -> Void) throws {
        let file = URL(fileURLWithPath: path + "/manifest.json")
        var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        body(&manifest)
        try JSONSerialization.data(withJSONObject: manifest).write(to: file)
    }
}
