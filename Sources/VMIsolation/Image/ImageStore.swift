import Crypto
import Foundation
public import Isolation

/// Images by name (a directory with a manifest) or by path (a disk file).
public struct ImageStore: Sendable {
    public static let defaultName = "default"
    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// Finds an image and proves that its files are those of its manifest.
    ///
    /// - Throws: ``BulkheadError`` with `imageUnknown` or `imageBroken`.
    public func image(_ reference: String) throws(BulkheadError) -> Image {
        if reference.contains("/") {
            return try isDirectory(reference) ? built(in: reference, reference) : disk(at: reference)
        }
        guard names.contains(reference) else {
            let known = names.isEmpty ? "there is none yet" : "there are: " + names.joined(separator: ", ")
            throw BulkheadError(
                .imageUnknown, "image “\(reference)”", known,
                remedy: "name one of them, give a path with a “/”, or make the default one: bulkhead image build")
        }
        return try built(in: directory + "/" + reference, reference)
    }

    /// Every directory here that has a manifest, sound or not.
    private var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return all.sorted().filter { FileManager.default.fileExists(atPath: "\(directory)/\($0)/manifest.json") }
    }

    /// Each by its name: its manifest, or `imageBroken` where that cannot be read.
    public func list() -> [(name: String, manifest: Result<ImageManifest, BulkheadError>)] {
        names.map { name in
            let read = { () throws(BulkheadError) in try manifest(in: directory + "/" + name, name) }
            return (name, Result(catching: read))
        }
    }

    /// The same image for a process in another working directory.
    public static func absolute(_ reference: String) -> String {
        reference.contains("/") && !reference.hasPrefix("/")
            ? FileManager.default.currentDirectoryPath + "/" + reference : reference
    }

    /// Whether a container's reference leads to the image of this name: by name, or by a path to it or into it.
    public func isMeant(_ name: String, by reference: String) -> Bool {
        guard reference.contains("/") else { return reference == name }
        let own = URL(fileURLWithPath: directory + "/" + name).resolvingSymlinksInPath().path
        let path = URL(fileURLWithPath: reference).resolvingSymlinksInPath().path
        return path == own || path.hasPrefix(own + "/")
    }

    /// Also one that is broken.
    public func remove(_ name: String) throws(BulkheadError) {
        guard names.contains(name) else {
            throw BulkheadError(
                .imageUnknown, "image “\(name)”", "there is none of this name", remedy: "see: bulkhead image ls")
        }
        do { try FileManager.default.removeItem(atPath: directory + "/" + name) } catch {
            throw BulkheadError(
                .fileUnwritable, "image “\(name)”", error.localizedDescription, remedy: "see bulkhead doctor")
        }
    }

    private func isDirectory(_ path: String) -> Bool {
        var directory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &directory) && directory.boolValue
    }

    private func manifest(in directory: String, _ name: String) throws(BulkheadError) -> ImageManifest {
        guard let data = FileManager.default.contents(atPath: directory + "/manifest.json"), data.count < 1 << 20 else {
            throw BulkheadError(
                .imageUnknown, "image “\(name)”", "\(directory) has no manifest.json",
                remedy: "name a disk file instead, or see: bulkhead image ls")
        }
        do { return try JSONDecoder().decode(ImageManifest.self, from: data) } catch {
            throw BulkheadError(.imageBroken, "image “\(name)”", "its manifest.json: \(error)", remedy: "build it anew")
        }
    }

    private func built(in directory: String, _ name: String) throws(BulkheadError) -> Image {
        let manifest = try manifest(in: directory, name)
        guard manifest.files.keys.allSatisfy({ !$0.contains("/") }) else {
            throw BulkheadError(.imageBroken, "image “\(name)”", "its manifest names a path", remedy: "build it anew")
        }
        try ImageProof(directory: directory, name: name).check(manifest.files.mapValues(\.sha256))
        let content: Image.Content
        switch (manifest.kind, manifest.files.keys.sorted()) {
        case (.kernel, ["initrd", "vmlinux"]):
            content = .kernel(
                kernel: directory + "/vmlinux", initrd: directory + "/initrd",
                commandLines: manifest.commandLine ?? [:])
        case (.disk, let files) where files.count == 1:
            let file = directory + "/" + files[0]
            let format = try DiskHeader(path: file).format
            guard format == manifest.format ?? .raw else {
                throw BulkheadError(
                    .imageBroken, "image “\(name)”", "\(files[0]) is \(format.rawValue), its manifest says otherwise",
                    remedy: "build it anew")
            }
            content = .disk(file: file, format: format)
        default:
            throw BulkheadError(
                .imageBroken, "image “\(name)”", "its manifest lists \(manifest.files.keys.sorted())",
                remedy: "a kernel image has vmlinux and initrd, a disk image one file")
        }
        return Image(name: manifest.name, content: content, digest: manifest.digest)
    }

    private func disk(at path: String) throws(BulkheadError) -> Image {
        let header = try DiskHeader(path: path)
        let canonical = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return Image(
            name: path, content: .disk(file: canonical, format: header.format),
            digest: "\(header.format.rawValue) of \(header.size) bytes")
    }
}
