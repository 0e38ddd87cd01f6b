import Foundation
import Glibc
import Isolation
import VMIsolation

/// Options of the form `A:B` and `K=V`.
enum Pair {
    static func variable(_ text: String) throws -> TaskCommand.Variable {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty else {
            throw BulkheadError(.badOption, "--env “\(text)”", "it names no variable", remedy: "give NAME=VALUE")
        }
        if parts.count == 2 { return TaskCommand.Variable(name: name, value: parts[1]) }
        guard let value = RawText.environment(name) else {
            throw BulkheadError(
                .badOption, "--env “\(text)”", "it has no value here to pass on", remedy: "give \(text)=VALUE")
        }
        return TaskCommand.Variable(name: name, value: value)
    }

    static func put(_ text: String) throws -> Transfer {
        let (host, guest) = try halves(text, "--put", "HOST:GUEST")
        guard RawText.decode(host).withPath({ access($0, R_OK) }) == 0 else {
            throw BulkheadError(
                .fileUnreadable, "--put \(host)", String(cString: strerror(errno)),
                remedy: "give a file that you can read")
        }
        return Transfer(host: host, guest: try named(guest, "--put"))
    }

    static func get(_ text: String) throws -> Transfer {
        let (guest, host) = try halves(text, "--get", "GUEST:HOST")
        let parent = URL(fileURLWithPath: host).deletingLastPathComponent().path
        guard RawText.decode(parent).withPath({ access($0, W_OK) }) == 0 else {
            throw BulkheadError(
                .fileUnwritable, "--get into \(parent)", String(cString: strerror(errno)),
                remedy: "give a path in a directory that exists and that you can write to")
        }
        var status = stat()
        let isThere = RawText.decode(host).withPath { lstat($0, &status) } == 0
        guard !isThere || [S_IFREG, S_IFLNK, S_IFDIR].contains(status.st_mode & S_IFMT) else {
            throw BulkheadError(
                .fileUnwritable, "--get into \(host)", "it is neither a file nor a directory",
                remedy: "give the path of a file or directory, or one where nothing is yet")
        }
        return Transfer(host: host, guest: try named(guest, "--get"))
    }

    /// - Throws: ``BulkheadError`` with `badOption` where one file would replace another.
    static func checkTargets(_ gets: [Transfer]) throws {
        var seen: Set<String> = []
        for get in gets where !seen.insert(URL(fileURLWithPath: get.host).standardizedFileURL.path).inserted {
            throw BulkheadError(
                .badOption, "--get into \(get.host)", "it is the target of two", remedy: "give each a path of its own")
        }
    }

    static func absolute(_ path: String, _ option: String) throws -> String {
        guard path.hasPrefix("/") else {
            throw BulkheadError(
                .badOption, "\(option) “\(path)”", "no absolute path in the guest", remedy: "begin it with /")
        }
        return path
    }

    /// What is copied needs a name of its own in the guest; a `--put` into a directory, ending with `/`, keeps its name.
    private static func named(_ path: String, _ option: String) throws -> String {
        let last = try absolute(path, option).split(separator: "/").last
        guard last != ".", last != "..", last != nil || option == "--put" else {
            throw BulkheadError(
                .badOption, "\(option) “\(path)”", "it ends with no name",
                remedy: "end it with the name of a file or directory")
        }
        return path
    }

    private static func halves(_ text: String, _ option: String, _ form: String) throws -> (String, String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw BulkheadError(
                .badOption, "\(option) “\(text)”", "it is not of the form \(form)", remedy: "give \(form)")
        }
        return (parts[0], parts[1])
    }
}

extension [UInt8] {
    /// The bytes as a path for the system, whether they are UTF-8 or not.
    fileprivate func withPath(_ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        (map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { $0.baseAddress.map(body) ?? -1 }
    }
}

/// `90`, `90s`, `10m`, `2h`.
enum TimeLimit {
    static func parse(_ text: String, _ option: String) throws -> Duration {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        let unit = text.last.flatMap { units[$0] }
        guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0,
            value * (unit ?? 1) <= 31_536_000
        else {
            throw BulkheadError(
                .badOption, "\(option) “\(text)”", "it is no time above zero", remedy: "give seconds, 90s, 10m or 2h")
        }
        return .milliseconds(Int64(value * (unit ?? 1) * 1000))
    }
}
