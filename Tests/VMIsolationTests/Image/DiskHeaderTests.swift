import Crypto
import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct DiskHeaderTests {
    private let directory = TemporaryDirectory()

    /// Of 4 MiB, as `qemu-img create` lays it out: header, references, their first block, first table.
    private func qcow(_ changes: [Int: UInt8] = [:]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 0x30008)
        header.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3])
        for (offset, byte) in [23: 16, 29: 0x40, 39: 1, 45: 3, 53: 1, 59: 1, 99: 4, 103: 104] {
            header[offset] = UInt8(byte)
        }
        for (offset, byte) in changes { header[offset] = byte }
        return header
    }

    @Test func aPlainOnePasses() throws {
        let header = try DiskHeader(path: try directory.file("a.qcow2", qcow()))
        #expect(header.format == .qcow2 && header.size == 4 << 20)
        #expect(try DiskHeader(path: try directory.file("a.raw", [UInt8](repeating: 0, count: 1 << 20))).format == .raw)
        // What is a disk of another kind is just bytes where it is declared raw.
        let other = Array("KDMV".utf8) + [UInt8](repeating: 0, count: 1 << 20)
        #expect(try DiskHeader(path: try directory.file("vmdk.raw", other)).size == 4 + 1 << 20)
    }

    @Test(arguments: [
        [], ["-o", "cluster_size=2M"], ["-o", "cluster_size=512"], ["-o", "compat=0.10"],
        ["-o", "extended_l2=on,cluster_size=128k"], ["-o", "compression_type=zstd"],
        ["-o", "preallocation=metadata"], ["-o", "refcount_bits=64"], ["-o", "lazy_refcounts=on"],
    ])
    func whatQEMUMakesPasses(_ options: [String]) async throws {
        let path = directory.path + "/made.qcow2"
        // Of the others QEMU itself cannot make such large ones, or not in a moment.
        let sizes =
            ["cluster_size=512", "preallocation=metadata"].contains(options.last) ? ["1M", "3G"] : ["1M", "3G", "2T"]
        for size in sizes {
            let made = try await run(["qemu-img", "create", "-q", "-f", "qcow2"] + options + [path, size])
            try #require(made.status == 0, "\(made)")
            let header = try DiskHeader(path: path)
            #expect(header.format == .qcow2 && Memory(bytes: header.size) == Memory(size))
        }
    }

    private func run(_ words: [String]) async throws -> (status: Int32, text: String) {
        let path = Array("PATH=/usr/bin:/bin".utf8)
        let program = try RunningProgram((["/usr/bin/env"] + words).map { Array($0.utf8) }, environment: [path])
        return (try await program.wait(within: .seconds(60)), program.errorText)
    }

    @Test(
        arguments: [
            ("backing file", [15: UInt8(200)], "backing"), ("name of a backing file", [19: 9], "backing"),
            ("external data file", [79: 4], "another file"), ("corrupt", [79: 2], "corrupt"),
            ("dirty", [79: 1], "dirty"),
            ("encrypted", [35: 1], "encrypted"), ("LUKS", [35: 2], "encrypted"), ("version", [7: 9], "version 9"),
            ("unknown feature", [72: 1], "unknown"), ("snapshots", [63: 1], "snapshots"),
            ("absurd size", [24: 0x7f], "too small"), ("larger than its table", [26: 1], "too small"),
            ("tiny clusters", [23: 8], "clusters"), ("huge clusters", [23: 22], "clusters"),
            ("clusters beyond all bounds", [20: 0xff], "clusters"), ("short header", [103: 72], "header of 72"),
            ("endless header", [100: 0xff], "header of"), ("wide references", [99: 7], "references of"),
            ("no first table", [39: 0], "first table"), ("endless first table", [36: 0xff], "first table"),
            ("first table in the header", [45: 0], "first table"), ("first table outside", [44: 1], "first table"),
            ("first table across clusters", [47: 8], "first table"),
            ("at the end of the world", [40: 0xff], "first table"),
            ("no references", [59: 0], "table of references"), ("references outside", [53: 4], "table of references"),
            ("endless references", [56: 0x7f], "table of references"),
        ] as [(String, [Int: UInt8], String)])
    func aHeaderThatLeadsElsewhereIsRefused(_ what: String, _ changes: [Int: UInt8], _ why: String) throws {
        let path = try directory.file("a.qcow2", qcow(changes))
        let error = #expect(throws: BulkheadError.self) { try DiskHeader(path: path) }
        #expect(error?.reason == .imageBroken && error?.detail.contains(why) == true, "\(what): \(error as Any)")
    }

    @Test func anAbsurdSizeIsRefused() async throws {
        let path = directory.path + "/huge.qcow2"
        try #require(try await run(["qemu-img", "create", "-q", "-f", "qcow2", path, "3T"]).status == 0)
        let error = #expect(throws: BulkheadError.self) { try DiskHeader(path: path) }
        #expect(error?.detail.contains("\(3 << 40) bytes") == true, "\(error as Any)")
        let raw = directory.path + "/huge.raw"
        _ = try directory.file("huge.raw", [UInt8]())
        try #require(truncate(raw, 3 << 40) == 0)
        #expect(throws: BulkheadError.self) { try DiskHeader(path: raw) }
    }

    /// Opened like a file, it would keep us waiting for ever.
    @Test(.timeLimit(.minutes(1))) func aPipeIsNoDisk() throws {
        let path = directory.path + "/pipe.raw"
        try #require(mkfifo(path, 0o600) == 0)
        let error = #expect(throws: BulkheadError.self) { try DiskHeader(path: path) }
        #expect(error?.detail == "it is no regular file")
    }

    /// Whatever its bytes are, reading a header ends, and nothing in it makes us trap.
    @Test func noHeaderTrapsUs() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var bytes = Array(qcow().prefix(QCOW2Header.length))
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                bytes[Int.random(in: 4..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            _ = QCOW2Header(bytes, fileSize: .random(in: 0 ... .max, using: &random))?.flaw
        }
    }

    @Test func theFormatIsDeclaredNotProbed() throws {
        let disguised = try directory.file("a.raw", qcow() + [UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: BulkheadError.self) { try DiskHeader(path: disguised) }
        let unnamed = try directory.file("disk", [UInt8](repeating: 0, count: 1 << 20))
        #expect(throws: BulkheadError.self) { try DiskHeader(path: unnamed) }
        #expect(throws: BulkheadError.self) { try DiskHeader(path: directory.path) }
        #expect(throws: BulkheadError.self) { try DiskHeader(path: directory.path + "/none.raw") }
    }
}

@Suite struct AccelerationTests {
    private let directory = TemporaryDirectory()

    @Test func aDeviceThatOpensProvesNothing() throws {
        let plain = try directory.file("cpuinfo", Array("processor : 0\nflags\t\t: fpu sse2\n".utf8))
        let capable = try directory.file("capable", Array("processor : 0\nflags\t\t: fpu vmx sse2\n".utf8))
        let without = AccelerationProbe(cpuInfo: plain, device: plain)
        #expect(without.obstacle?.contains("vmx") == true)
        #expect(try without.choose(.auto) == .tcg)
        let error = #expect(throws: BulkheadError.self) { try without.choose(.kvm) }
        #expect(error?.reason == .accelerationUnavailable)
        let with = AccelerationProbe(cpuInfo: capable, device: plain)
        #expect(with.obstacle == nil)
        #expect(try with.choose(.auto) == .kvm)
        #expect(try with.choose(.tcg) == .tcg)
        #expect(AccelerationProbe(cpuInfo: capable, device: directory.path + "/none").obstacle != nil)
    }
}

@Suite struct ImageStoreTests {
    private let directory = TemporaryDirectory()

    private func image(kernel: String = "a kernel") throws -> ImageStore {
        let folder = directory.path + "/default"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try directory.file("default/vmlinux", Array(kernel.utf8))
        _ = try directory.file("default/initrd", Array("a disk".utf8))
        let manifest = """
            {"name":"default","kind":"kernel","digest":"d","commandLine":{"tcg":"quiet"},"files":{
            "vmlinux":{"sha256":"\(sum("a kernel"))"},"initrd":{"sha256":"\(sum("a disk"))"}}}
            """
        _ = try directory.file("default/manifest.json", Array(manifest.utf8))
        return ImageStore(directory: directory.path)
    }

    @Test func anUnknownNameSaysWhatThereIs() throws {
        let error = #expect(throws: BulkheadError.self) { try image().image("debian") }
        #expect(error?.reason == .imageUnknown && error?.detail.contains("default") == true)
        #expect(throws: BulkheadError.self) { try ImageStore(directory: "/nowhere").image("default") }
    }

    private func sum(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    @Test func aWholeImageIsFoundAndReadOnlyOnce() throws {
        let store = try image()
        #expect(try store.image("default").commandLine(.tcg) == "quiet")
        #expect(FileManager.default.fileExists(atPath: directory.path + "/default/verified.json"))
        #expect(try store.image("default").digest == "d")
        #expect(try store.list().map(\.name) == ["default"])
    }

    @Test func aFileThatIsNotTheManifestsIsRefused() throws {
        let error = #expect(throws: BulkheadError.self) { try image(kernel: "another").image("default") }
        #expect(error?.reason == .imageBroken)
    }

    @Test func aFileThatChangesLaterIsRefused() throws {
        let store = try image()
        _ = try store.image("default")
        _ = try directory.file("default/initrd", Array("a risk".utf8))
        #expect(throws: BulkheadError.self) { try store.image("default") }
    }
}
