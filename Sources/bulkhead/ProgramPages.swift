import Glibc
import Synchronization

/// Pages of our own program and its libraries that starting up has touched and that waiting does not need.
///
/// Most of what a run holds in memory is program text and constants, clean copies of files, of which a fraction is used
/// again. Given back at each stage of a launch, they are not held for as long as the command runs.
struct ProgramPages: Sendable {
    private let regions: [(begin: UInt, size: Int)]

    /// Finds the mappings of files that can neither be written nor hold a private copy of a page: the dynamic linker
    /// makes some read-only after it wrote into them, and what it wrote must stay.
    init() {
        var regions: [(begin: UInt, size: Int)] = []
        var region: (begin: UInt, size: Int)?
        var buffer = [CChar](repeating: 0, count: 4096)
        let file = fopen("/proc/self/smaps", "r")
        defer { if let file { fclose(file) } }
        while let file, fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = buffer.withUnsafeBytes { $0.prefix { $0 != 0 } }
            // A mapping's line begins with a hexadecimal number in lower case, its properties' with a capital letter.
            if let first = line.first, first >= UInt8(ascii: "a") || first <= UInt8(ascii: "9") {
                region = ProgramPages.region(Array(line))
            } else if line.starts(with: "Anonymous:".utf8), line.suffix(6).elementsEqual(" 0 kB\n".utf8), let region {
                regions.append(region)
            }
        }
        self.regions = regions
    }

    /// Gives them back; what is used again comes from the page cache within microseconds.
    func release() {
        for (begin, size) in regions { madvise(UnsafeMutableRawPointer(bitPattern: begin), size, MADV_DONTNEED) }
    }

    /// Reads a line such as `7f00-7f10 r-xp 00000000 08:01 12   /usr/lib/x.so`.
    private static func region(_ line: [UInt8]) -> (begin: UInt, size: Int)? {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count > 5, words[5].first == UInt8(ascii: "/"), words[1].dropFirst().first == UInt8(ascii: "-")
        else {
            return nil
        }
        let range = words[0].split(separator: UInt8(ascii: "-")).map {
            UInt(String(decoding: $0, as: UTF8.self), radix: 16)
        }
        guard range.count == 2, let begin = range[0], let end = range[1] else { return nil }
        return (begin, Int(end - begin))
    }
}
