import Foundation
import Isolation
import SSH
import Synchronization

extension GuestSession {
    /// SHA-256 is compared.
    func write(_ bytes: [UInt8], to path: String, mode: UInt16) async throws {
        do { try await ssh.upload(bytes, to: path, mode: mode, within: .seconds(60)) } catch let error as SSHError {
            throw error.named(path)
        }
    }

    /// Brings a file in, or a tree as an archive, on one channel.
    func put(_ transfer: Transfer) async throws {
        let (folder, name) = GuestPath(transfer.guest, source: transfer.host).split
        var source = try PutSource(path: transfer.host, as: name)
        let command = GuestCommand.quoted(
            "mkdir -p -- \(ShellQuoting.quote(folder)) && cd -- \(ShellQuoting.quote(folder)) && "
                + GuestCommand.summed(source.pipe))
        do {
            let channel = try await ssh.execute(RawText.decode(command))
            var sum = try await begin(channel, "--put \(transfer.host)").sum
            async let report = Self.report(of: channel)
            do {
                while let chunk = try source.next() {
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
        var limits = ExtractionLimits()
        if transfer.guest == "/sandbox" { limits.unwanted = [GuestCommand.lostAndFound] }
        let pack = "$task tar -cf - -- \(ShellQuoting.quote(guest.name)); echo $? >$f.s"
        return try await extract(transfer, limits, from: guest.folder, pack).0
    }

    /// What `tar` could not read, or saw changing, is no failure: the archive is whole.
    func collect(_ transfer: Transfer, upTo size: Memory, without names: [String]) async throws -> LeftOut {
        let guest = GuestPath(transfer.guest, source: transfer.guest).split
        var limits = ExtractionLimits(ofDisk: size)
        limits.unwanted = Set(names.map { Array($0.utf8) })
        limits.leavesOutStrangers = true
        let pack = GuestCommand.pack(guest.name, without: names) + "; echo 0 >$f.s"
        var (leftOut, said) = try await extract(transfer, limits, from: guest.folder, pack)
        leftOut.count += said.count
        leftOut.notes += said.map { ConsoleLog.printable($0) }
        return leftOut
    }

    /// - Parameter pack: writes the archive, and a status into `$f.s`.
    /// - Returns: and what was said on standard error.
    private func extract(
        _ transfer: Transfer, _ limits: ExtractionLimits, from folder: String, _ pack: String
    ) async throws -> (LeftOut, said: [Substring]) {
        let host = URL(fileURLWithPath: transfer.host)
        let target = try ExtractionDirectory(path: host.deletingLastPathComponent().path)
        var reader = try TarReader(into: target, as: host.lastPathComponent, limits: limits)
        let command = GuestCommand.quoted(
            "cd -- \(ShellQuoting.quote(folder)) && " + GuestCommand.summed("{ \(pack); } | relay; read -r s <$f.s"))
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
            return (
                LeftOut(guest: transfer.guest, count: summary.leftOut, notes: summary.notes),
                said.split(whereSeparator: \.isNewline).dropLast()
            )
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
