import Glibc
import Isolation

extension OpenFile {
    /// Makes this empty file a copy of another, holes as holes; where the file system can, they share their blocks.
    func copySparsely(from source: OpenFile, size: Int64) throws(SystemCallError) {
        guard ioctl(descriptor, Linux.shareBlocks, source.descriptor) != 0 else { return }
        var position: Int64 = 0
        while let data = try source.data(after: position), data.lowerBound < size {
            position = min(data.upperBound, size)
            try copy(data.lowerBound..<position, from: source)
        }
        try SystemCallError.check("ftruncate") { ftruncate(descriptor, off_t(size)) }
    }

    private func copy(_ range: Range<Int64>, from source: OpenFile) throws(SystemCallError) {
        var position = range.lowerBound
        while position < range.upperBound {
            var chunk: [UInt8] = []
            let count = try source.read(
                at: position, upTo: Int(min(1 << 20, range.upperBound - position)), into: &chunk)
            guard count > 0 else { return }
            try write(chunk, at: position)
            position += Int64(count)
        }
    }

    private func write(_ bytes: [UInt8], at position: Int64) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let place = off_t(position) + off_t(bytes.count - rest.count)
            let count = try SystemCallError.check("write") {
                rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, place) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// The next range that is no hole, or nil where there is none.
    private func data(after position: Int64) throws(SystemCallError) -> Range<Int64>? {
        do throws(SystemCallError) {
            let start = try SystemCallError.check("lseek") { lseek(descriptor, off_t(position), Linux.seekData) }
            let end = try SystemCallError.check("lseek") { lseek(descriptor, start, Linux.seekHole) }
            return Int64(start)..<Int64(end)
        } catch  where error.code == ENXIO {
            return nil
        }
    }
}

/// What the C library declares only for GNU programs, or as a macro that Swift cannot read.
private enum Linux {
    static let seekData: Int32 = 3
    static let seekHole: Int32 = 4
    /// FICLONE.
    static let shareBlocks: UInt = 0x4004_9409
}
