import Foundation
import Subprocess
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct TransferSumTests {
    private static let methods = [TransferSum.Method.words, .md5]
    private static let sample = (0..<100_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private func digest(_ bytes: [UInt8], _ method: TransferSum.Method, pieces: Int = .max) -> String {
        var (sum, rest) = (TransferSum(method), bytes[...])
        while !rest.isEmpty {
            sum.update(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return sum.digest
    }

    @Test(arguments: methods, [1, 3, 7, 8, 9, 1024, 65537])
    func piecesDoNotMatter(_ method: TransferSum.Method, _ pieces: Int) {
        #expect(digest(Self.sample, method, pieces: pieces) == digest(Self.sample, method))
    }

    @Test(arguments: methods)
    func whatIsOtherwiseHasAnotherSum(_ method: TransferSum.Method) {
        let (sample, right) = (Self.sample, digest(Self.sample, method))
        var others = [Array(sample.dropLast()), sample + [0], Array(sample.dropFirst(8)), [], sample + sample]
        for place in [0, 7, 8, 50_000, sample.count - 1] {
            var changed = sample
            changed[place] ^= 0x80
            others.append(changed)
        }
        var moved = sample
        moved.swapAt(16, 24)
        others += [moved, Array(sample[8192...] + sample[..<8192])]
        for other in others { #expect(digest(other, method) != right) }
        #expect(digest([0], method) != digest([0, 0], method))
    }

    /// The far end's program, built for this host.
    @Test(arguments: [0, 1, 8, 300_001]) func theGuestsProgramCountsTheSame(_ count: Int) async throws {
        let here = TemporaryDirectory()
        let program = here.path + "/relay"
        let made = try await Subprocess.run(
            .name("clang"), arguments: [Repository.path + "/templates/guest/relay.c", "-o", program],
            output: .discarded, error: .string(limit: 1 << 16))
        #expect(made.terminationStatus.isSuccess, "\(made.standardError)")
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 7) }
        let ended = try await Subprocess.run(
            .name("sh"), arguments: ["-c", "exec \"$0\" \"$0.sum\"", program], input: .array(bytes),
            output: .data(limit: 1 << 20), error: .string(limit: 1024))
        #expect(Array(ended.standardOutput) == bytes)
        #expect(try String(contentsOfFile: program + ".sum", encoding: .utf8) == digest(bytes, .words) + "\n")
    }
}
