import Foundation
import Isolation

/// The files of one log as they are on the disk.
struct LogReader {
    let directory: String
    let name: String

    /// Begin and bytes of each file, in the stream's order, the live one last.
    func files() throws -> [(begin: UInt64, bytes: [UInt8])] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        let begins = names.compactMap { $0.hasPrefix(name + ".") ? UInt64($0.dropFirst(name.count + 1)) : nil }.sorted()
        var files = try begins.map { (begin: $0, bytes: try read("\(name).\($0)")) }
        let start = files.last.map { $0.begin + UInt64($0.bytes.count) } ?? 0
        if names.contains(name) { files.append((start, try read(name))) }
        return files
    }

    /// What is kept, in one piece, and where it ends.
    func kept() throws -> (end: UInt64, bytes: [UInt8]) {
        let files = try files()
        return (files.last.map { $0.begin + UInt64($0.bytes.count) } ?? 0, files.flatMap(\.bytes))
    }

    private func read(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: directory + "/" + file)))
    }
}
