extension ISO9660Image {
    /// Where things are, in sectors: 16 empty ones, the volume descriptor, its terminator, and then these.
    private enum Sector {
        static let littlePathTable: UInt32 = 18
        static let bigPathTable: UInt32 = 19
        static let rootDirectory: UInt32 = 20
    }

    /// One path table has one record: the root directory.
    private static let pathTableSize: UInt32 = 10

    /// The whole image; its size is a multiple of 2048 bytes.
    public var bytes: [UInt8] {
        let directorySize = UInt32(rootDirectory(size: 0).count)
        let sectors = Sector.rootDirectory + directorySize.sectors + files.reduce(0) { $0 + $1.sectors }
        var image = [UInt8](repeating: 0, count: 16 * ISO9660Image.sector)
        image.reserveCapacity(Int(sectors) * ISO9660Image.sector)
        image += volumeDescriptor(sectors: sectors, directorySize: directorySize)
        image += sector([255] + Array("CD001".utf8) + [1])
        image += sector([1, 0] + Sector.rootDirectory.little + [1, 0, 0, 0])
        image += sector([1, 0] + Sector.rootDirectory.big + [0, 1, 0, 0])
        image += rootDirectory(size: directorySize)
        for file in files {
            image += file.bytes
            image.pad(to: ISO9660Image.sector)
        }
        return image
    }

    /// ECMA-119, section 8.4.
    private func volumeDescriptor(sectors: UInt32, directorySize: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [1] + Array("CD001".utf8) + [1, 0]
        bytes += text("", 32) + text(volume, 32) + zeros(8)
        bytes += sectors.both + zeros(32)
        bytes += UInt16(1).both + UInt16(1).both + UInt16(ISO9660Image.sector).both
        bytes += ISO9660Image.pathTableSize.both
        bytes += Sector.littlePathTable.little + zeros(4) + Sector.bigPathTable.big + zeros(4)
        bytes += record([0], at: Sector.rootDirectory, size: directorySize, isDirectory: true, [])
        bytes += text("", 4 * 128) + text("", 3 * 37)
        let unspecified = [UInt8](repeating: UInt8(ascii: "0"), count: 16) + [0]
        bytes += unspecified + unspecified + unspecified + unspecified
        return sector(bytes + [1])
    }

    private func rootDirectory(size: UInt32) -> [UInt8] {
        let mode = RockRidge.mode(0o040555, links: 2)
        var records = [
            record(
                [0], at: Sector.rootDirectory, size: size, isDirectory: true,
                RockRidge.start + mode + RockRidge.extension),
            record([1], at: Sector.rootDirectory, size: size, isDirectory: true, mode),
        ]
        var position = Sector.rootDirectory + size.sectors
        for file in files {
            let extra = RockRidge.mode(0o100000 | UInt32(file.mode), links: 1) + RockRidge.name(file.name)
            let length = UInt32(file.bytes.count)
            records.append(record(Array(file.identifier.utf8), at: position, size: length, isDirectory: false, extra))
            position += file.sectors
        }
        return records.reduce(into: []) { directory, record in
            // No record crosses the end of a sector.
            if directory.count % ISO9660Image.sector + record.count > ISO9660Image.sector {
                directory.pad(to: ISO9660Image.sector)
            }
            directory += record
        }.padded(to: ISO9660Image.sector)
    }

    /// ECMA-119, section 9.1.
    private func record(
        _ identifier: [UInt8], at position: UInt32, size: UInt32, isDirectory: Bool, _ systemUse: [UInt8]
    ) -> [UInt8] {
        let midnight1970: [UInt8] = [70, 1, 1, 0, 0, 0, 0]
        var bytes: [UInt8] = [0] + position.both + size.both + midnight1970
        bytes += [isDirectory ? 2 : 0, 0, 0] + UInt16(1).both
        bytes += [UInt8(identifier.count)] + identifier
        if identifier.count % 2 == 0 { bytes.append(0) }
        bytes += systemUse
        if bytes.count % 2 == 0 { bytes.append(0) }
        return [UInt8(bytes.count + 1)] + bytes
    }

    private func sector(_ bytes: [UInt8]) -> [UInt8] { bytes.padded(to: ISO9660Image.sector) }
    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    private func text(_ text: String, _ width: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: UInt8(ascii: " "), count: width - text.utf8.count)
    }
}

/// The entries of the Rock Ridge extension (RRIP 1.09) that Linux reads.
private enum RockRidge {
    static let start: [UInt8] = Array("SP".utf8) + [7, 1, 0xBE, 0xEF, 0]
    static let `extension`: [UInt8] = Array("ER".utf8) + [18, 1, 10, 0, 0, 1] + Array("RRIP_1991A".utf8)

    static func mode(_ mode: UInt32, links: UInt32) -> [UInt8] {
        Array("PX".utf8) + [36, 1] + mode.both + links.both + UInt32(0).both + UInt32(0).both
    }

    static func name(_ name: String) -> [UInt8] {
        Array("NM".utf8) + [UInt8(5 + name.utf8.count), 1, 0] + Array(name.utf8)
    }
}

extension ISO9660Image.File {
    fileprivate var sectors: UInt32 { UInt32(bytes.count).sectors }
}

extension FixedWidthInteger {
    fileprivate var little: [UInt8] { withUnsafeBytes(of: littleEndian, Array.init) }
    fileprivate var big: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
    /// ISO 9660 has most numbers in both orders of bytes.
    fileprivate var both: [UInt8] { little + big }
}

extension UInt32 {
    fileprivate var sectors: UInt32 { (self + UInt32(ISO9660Image.sector) - 1) / UInt32(ISO9660Image.sector) }
}

extension [UInt8] {
    fileprivate func padded(to unit: Int) -> [UInt8] {
        var bytes = self
        bytes.pad(to: unit)
        return bytes
    }
}
