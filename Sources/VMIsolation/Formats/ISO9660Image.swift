public import Isolation

/// A small ISO 9660 image with a few files in its root directory, such as cloud-init's NoCloud seed.
///
/// Linux finds the names twice: as Rock Ridge names, exactly, and, mounted `norock`, from identifiers such as
/// `META-DATA.;1`, which its isofs shows as `meta-data`. The `-` goes beyond ISO 9660's letters and is what every
/// known reader takes. There is no Joliet, so `blkid` reads the label from the volume identifier alone.
/// The same files give the same bytes: all times are 1970.
public struct ISO9660Image: Sendable {
    static let sector = 2048

    public let volume: String
    private(set) var files: [File] = []

    struct File: Sendable {
        var name: String
        var mode: UInt16
        var bytes: [UInt8]

        /// The name as ISO 9660 itself has it; Rock Ridge has the real one.
        var identifier: String { name.uppercased() + (name.contains(".") ? ";1" : ".;1") }
    }

    /// - Parameter volume: up to 32 letters, digits, `_` and `-`; `cidata` for cloud-init.
    public init(volume: String) throws(BulkheadError) {
        let plain = volume.utf8.allSatisfy { ISO9660Image.isNameByte($0) && $0 != UInt8(ascii: ".") }
        guard plain, (1...32).contains(volume.utf8.count) else {
            throw BulkheadError(
                .badName, "volume \(volume.debugDescription)", "no volume can be called that",
                remedy: "Use up to 32 letters, digits, “_” and “-”.")
        }
        self.volume = volume
    }

    /// - Parameter name: up to 27 letters, digits, `.`, `_` and `-`, distinct without regard to case.
    public mutating func addFile(_ name: String, mode: UInt16 = 0o444, _ bytes: [UInt8]) throws(BulkheadError) {
        let taken = files.contains { $0.name.uppercased() == name.uppercased() }
        guard name.utf8.allSatisfy(ISO9660Image.isNameByte), (1...27).contains(name.utf8.count), !name.hasPrefix("."),
            !taken
        else {
            throw BulkheadError(
                .badName, "file \(name.debugDescription) of volume \(volume)",
                taken ? "the name is taken" : "the volume cannot hold this name",
                remedy: "Use up to 27 letters, digits, “.”, “_” and “-”, and each name once.")
        }
        guard bytes.count < 1 << 31 else {
            throw BulkheadError(
                .badResource, "file \(name) of volume \(volume)", "\(bytes.count) bytes are too many",
                remedy: "Keep it below 2 GiB.")
        }
        files.append(File(name: name, mode: mode & 0o777, bytes: bytes))
        files.sort { $0.identifier < $1.identifier }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
