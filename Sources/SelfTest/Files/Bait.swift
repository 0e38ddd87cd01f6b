import Foundation
import Glibc

/// A place on the host where files come to, with something beside it that they must not touch.
struct Bait: Sendable {
    /// Holds `bait` and `files`; the fetched directory is in `files`.
    let root: String

    var path: String { root + "/bait" }
    var fetched: String { root + "/files/\(HostileArchive.top)" }

    private static let secret = Data("untouched".utf8)

    /// No archive of the test's has that many, but the one that is to have too many.
    static let mostFiles = 1000
    /// Deeper ones are hard to remove for many a tool.
    private static let mostDepth = 128

    /// Makes it as it was.
    func lay() throws {
        for folder in ["bait", "files"] {
            try? FileManager.default.removeItem(atPath: "\(root)/\(folder)")
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try Self.secret.write(to: URL(fileURLWithPath: path + "/secret"))
    }

    /// What is there that should not be.
    func faults() -> [String] {
        var faults: [String] = []
        let beside = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        faults += beside.filter { $0 != "secret" }.map { "written beside it: \($0)" }
        if FileManager.default.contents(atPath: path + "/secret") != Self.secret {
            faults.append("what lay beside it was changed")
        }
        var count = 0
        look(at: root + "/files", depth: 0, &count, &faults)
        if count > Self.mostFiles { faults.append("\(count) files and directories") }
        return faults
    }

    /// - Parameter depth: of the directory, below the one that links must not leave.
    private func look(at directory: String, depth: Int, _ count: inout Int, _ faults: inout [String]) {
        if depth == Self.mostDepth + 1 { faults.append("more than \(Self.mostDepth) levels") }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = directory + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            count += 1
            switch status.st_mode & S_IFMT {
            case S_IFDIR: look(at: path, depth: depth + 1, &count, &faults)
            case S_IFLNK:
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? "/"
                if Self.leaves(target, depth: depth) { faults.append("a link to \(target)") }
            case S_IFREG:
                if status.st_nlink > 1 { faults.append("a hard link") }
                if status.st_size > 1 << 20 { faults.append("a file of \(status.st_size) bytes") }
            default: faults.append("what is no file")
            }
            if status.st_mode & (S_ISUID | S_ISGID) != 0 { faults.append("a program that runs as its owner") }
        }
    }

    /// Whether a link leads out of the tree; what lies on its way is taken for directories.
    private static func leaves(_ target: String, depth: Int) -> Bool {
        var depth = depth
        for step in target.split(separator: "/") where step != "." {
            depth += step == ".." ? -1 : 1
            if depth < 1 { return true }
        }
        return target.hasPrefix("/")
    }
}
