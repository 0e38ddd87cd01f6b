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
        guard access(host, R_OK) == 0 else {
            throw BulkheadError(
                .fileUnreadable, "--put \(host)", String(cString: strerror(errno)),
                remedy: "give a file that you can read")
        }
        return Transfer(host: host, guest: try absolute(guest, "--put"))
    }

    static func get(_ text: String) throws -> Transfer {
        let (guest, host) = try halves(text, "--get", "GUEST:HOST")
        let parent = URL(fileURLWithPath: host).deletingLastPathComponent().path
        guard access(parent, W_OK) == 0 else {
            throw BulkheadError(
                .fileUnwritable, "--get into \(parent)", String(cString: strerror(errno)),
                remedy: "give a path in a directory that exists and that you can write to")
        }
        return Transfer(host: host, guest: try absolute(guest, "--get"))
    }

    static func absolute(_ path: String, _ option: String) throws -> String {
        guard path.hasPrefix("/") else {
            throw BulkheadError(
                .badOption, "\(option) “\(path)”", "no absolute path in the guest", remedy: "begin it with /")
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

/// `90`, `90s`, `10m`, `2h`.
enum TimeLimit {
    static func parse(_ text: String) throws -> Duration {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        let unit = text.last.flatMap { units[$0] }
        guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0,
            value * (unit ?? 1) <= 31_536_000
        else {
            throw BulkheadError(
                .badOption, "--timeout “\(text)”", "it is no time above zero", remedy: "give seconds, 90s, 10m or 2h")
        }
        return .milliseconds(Int64(value * (unit ?? 1) * 1000))
    }
}
