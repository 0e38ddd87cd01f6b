import Foundation
import Isolation
import SSH
import Synchronization

extension GuestSession {
    /// Length and SHA-256 are compared.
    func write(_ bytes: [UInt8], to path: String, mode: UInt16) async throws {
        do { try await ssh.upload(bytes, to: path, mode: mode, within: .seconds(60)) } catch let error as SSHError {
            throw error.named(path)
        }
    }

    /// Brings a file or a tree in, as an archive on one channel.
    func put(_ transfer: Transfer) async throws {
        let (folder, name) = GuestPath(transfer.guest, source: transfer.host).split
        var archive = try TarWriter(path: transfer.host, as: name)
        let command = GuestCommand.quoted(
            "mkdir -p -- \(ShellQuoting.quote(folder)) && cd -- \(ShellQuoting.quote(folder)) && "
                + GuestCommand.summed("relay | $task tar -xf -; s=$?"))
        do {
            let channel = try await ssh.execute(RawText.decode(command))
            var sum = try await begin(channel, "--put \(transfer.host)").sum
            async let report = Self.report(of: channel)
            do {
                while let chunk = try archive.next() {
                    sum.update(chunk)
                    try await channel.write(chunk)
                }
                try await channel.finishInput()
            } catch let error as SSHError where error.step == .input && error.reason == .closed {
                // It ended early, and says why.
            }
            try await compare(report, sum, "--put \(transfer.host)")
        } catch let error as SSHError { throw error.named("--put \(transfer.host)") }
    }

    /// Brings a file or a tree out; the guest is not believed anything about it.
    func get(_ transfer: Transfer) async throws -> LeftOut {
        let guest = GuestPath(transfer.guest, source: transfer.guest).split
        let host = URL(fileURLWithPath: transfer.host)
        let target = try ExtractionDirectory(path: host.deletingLastPathComponent().path)
        var reader = try TarReader(into: target, as: host.lastPathComponent)
        let command = GuestCommand.quoted(
            "cd -- \(ShellQuoting.quote(guest.folder)) && "
                + GuestCommand.summed(
                    "{ $task tar -cf - -- \(ShellQuoting.quote(guest.name)); echo $? >$f.s; } | relay; read -r s <$f.s")
        )
        do {
            let channel = try await ssh.execute(RawText.decode(command))
            try await channel.finishInput()
            var (sum, head) = try await begin(channel, "--get \(transfer.guest)")
            sum.update(head)
            try reader.feed(head)
            var words: [UInt8] = []
            for try await chunk in channel.output {
                switch chunk {
                case .standardOutput(let bytes):
                    sum.update(bytes)
                    try reader.feed(bytes)
                case .standardError(let bytes): words = Array((words + bytes).suffix(2048))
                }
            }
            let exit = try await channel.wait()
            let said = String(decoding: words, as: UTF8.self)
            guard exit.isSuccess else { throw GuestCommand.failure("--get \(transfer.guest)", "\(exit): \(said)") }
            let summary = try reader.finish()
            try await compare((said, exit), sum, "--get \(transfer.guest)")
            return LeftOut(guest: transfer.guest, count: summary.leftOut, notes: summary.notes)
        } catch let error as SSHError { throw error.named("--get \(transfer.guest)") }
    }

    /// How the far end sums, the first line of its output, and what came behind it already.
    private func begin(_ channel: SSHChannel, _ what: String) async throws -> (sum: TransferSum, head: [UInt8]) {
        var (line, words): ([UInt8], [UInt8]) = ([], [])
        while let chunk = try await channel.read() {
            switch chunk {
            case .standardOutput(let bytes): line += bytes
            case .standardError(let bytes): words = Array((words + bytes).suffix(2048))
            }
            if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                guard let method = TransferSum.Method(rawValue: String(decoding: line[..<end], as: UTF8.self))
                else { break }
                return (TransferSum(method), Array(line[(end + 1)...]))
            }
            if line.count > 64 { break }
        }
        throw GuestCommand.failure(what, "it does not begin: \(String(decoding: words, as: UTF8.self))")
    }

    /// What the far end says on standard error, the checksum last, and how it ended.
    private static func report(of channel: SSHChannel) async throws -> (String, SSHExit) {
        var words: [UInt8] = []
        for try await chunk in channel.output {
            if case .standardError(let bytes) = chunk { words = Array((words + bytes).suffix(2048)) }
        }
        return (String(decoding: words, as: UTF8.self), try await channel.wait())
    }

    private func compare(_ report: (String, SSHExit), _ sum: TransferSum, _ what: String) async throws {
        let (said, exit) = report
        guard exit.isSuccess else { throw GuestCommand.failure(what, "\(exit): \(said)") }
        let there = said.split(whereSeparator: \.isNewline).last?.split(separator: " ").first.map(String.init)
        guard there == sum.digest else {
            throw GuestCommand.failure(
                what, "content differs: here \(sum.length) bytes, \(sum.method) \(sum.digest), there \(said)")
        }
    }
}

/// Where something is in a guest: its directory and its name there.
struct GuestPath {
    let split: (folder: String, name: String)

    /// - Parameter source: gives the name where the path ends with a slash.
    init(_ path: String, source: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if path.hasSuffix("/") && path != source {
            split = ("/" + parts.joined(separator: "/"), source.split(separator: "/").last.map(String.init) ?? "files")
        } else {
            split = ("/" + parts.dropLast().joined(separator: "/"), parts.last ?? ".")
        }
    }
}

/// Commands of ours for a guest's shell, whichever shell root has.
enum GuestCommand {
    static func quoted(_ script: String) -> String { "exec sh -c \(ShellQuoting.quote(script))" }

    /// Runs a pipe with a `relay` in it, which passes bytes on and leaves their sum, which is then printed to standard
    /// error. The first line of output says which sum. Our own guest has programs for it; elsewhere `tee` and `md5sum` do
    /// the same, many times slower under emulation with busybox, whose `tee` moves a kilobyte at a time.
    ///
    /// - Parameter pipe: puts its status in `s`; may use the file `$f.s`; what else is in it follows `$task`.
    static func summed(_ pipe: String) -> String {
        "if command -v bulkhead-task >/dev/null; then echo words; task=bulkhead-task; "
            + "relay() { $task bulkhead-relay 2>$f; }; else echo md5; task=; "
            + "relay() { mkfifo -m 600 $f.p && { md5sum <$f.p >$f & tee $f.p; wait $!; }; }; fi; "
            + "f=$(mktemp /tmp/.bulkhead.XXXXXX) && { \(pipe); cat $f >&2; rm -f $f $f.p $f.s; exit $s; }"
    }

    /// Delivers a signal to the command's whole process group.
    static func signal(_ number: Int32) -> String {
        "read -r group <\(LauncherScript.processGroup) && kill -s \(number) -- -$group"
    }

    static func failure(_ what: String, _ why: String) -> BulkheadError {
        let said = why.split(whereSeparator: \.isNewline).map { ConsoleLog.printable($0) }.joined(separator: "; ")
        return BulkheadError(.copyFailed, what, said, remedy: "see that it exists, and the guest's free space")
    }
}
