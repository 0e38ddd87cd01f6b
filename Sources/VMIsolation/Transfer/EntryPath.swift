import Isolation

/// The path of an archive's entry below the directory of extraction, taken apart and found harmless.
struct EntryPath: Hashable, Sendable {
    /// None is empty, `.` or `..`, and none holds `/` or a zero byte. There is none for the directory itself.
    var components: [[UInt8]]

    /// NAME_MAX of every Linux file system.
    private static let longestName = 255

    init(_ path: [UInt8], _ limits: ExtractionLimits) throws(BulkheadError) {
        func refuse(_ why: String) -> BulkheadError { .refusedEntry(path, why) }
        let slash = UInt8(ascii: "/")
        guard !path.isEmpty else { throw refuse("its path is empty") }
        guard path.first != slash else { throw refuse("its path is absolute") }
        guard !path.contains(0) else { throw refuse("its path holds a zero byte") }
        guard path.count <= limits.pathBytes else { throw refuse("its path is longer than \(limits.pathBytes) bytes") }
        components = path.split(separator: slash).map(Array.init).filter { $0 != Array(".".utf8) }
        guard !components.contains(Array("..".utf8)) else { throw refuse("its path leads upwards") }
        guard components.count <= limits.depth else { throw refuse("it is deeper than \(limits.depth) directories") }
        guard components.allSatisfy({ $0.count <= EntryPath.longestName }) else {
            throw refuse("a name in its path is longer than \(EntryPath.longestName) bytes")
        }
    }

    /// Whether a link here with that target leads to something at most `depth` directories above it, all of them real.
    ///
    /// Upward steps are taken only at the target's beginning: there they pass through the directories of this path,
    /// which are no links. After a name, which may be a link, `..` could lead anywhere.
    static func staysInside(_ target: [UInt8], depth: Int) -> Bool {
        let slash = UInt8(ascii: "/")
        guard depth >= 0, !target.isEmpty, target.count < 4096, target.first != slash, !target.contains(0) else {
            return false
        }
        let steps = target.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }
        let upwards = steps.prefix { $0.elementsEqual("..".utf8) }.count
        return upwards <= depth && !steps.dropFirst(upwards).contains { $0.elementsEqual("..".utf8) }
    }
}

extension BulkheadError {
    /// An entry of an archive that must not or cannot be extracted.
    static func refusedEntry(_ path: [UInt8], _ why: String) -> BulkheadError {
        BulkheadError(
            .copyFailed, "archive entry \(path.quoted)", why,
            remedy: "Copy only regular files, directories and symbolic links from the guest.")
    }

    /// A stream that is no sound archive.
    static func brokenArchive(_ why: String) -> BulkheadError {
        BulkheadError(
            .copyFailed, "archive from the guest", why,
            remedy: "Check that the guest's tar works and ended well; the guest may be hostile.")
    }
}
