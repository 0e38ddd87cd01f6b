import Crypto
import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct DiskHeaderTests {
    private let directory = TemporaryDirectory()

    private func qcow(_ changes: [Int: UInt8] = [:]) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 4096)
        header.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3])
        header[29] = 0x40  // 4 MiB
        for (offset, byte) in changes { header[offset] = byte }
        return header
    }

    @Test func aPlainOnePasses() throws {
        let header = try DiskHeader(path: try directory.file("a.qcow2", qcow()))
        #expect(header.format == .qcow2 && header.size == 4 << 20)
        #expect(try DiskHeader(path: try directory.file("a.raw", [UInt8](repeating: 0, count: 1 << 20))).format == .raw)
    }

    @Test(arguments: [
        ("backing file", [15: UInt8(200)]), ("external data file", [79: 4]), ("corrupt", [79: 2]),
        ("encrypted", [35: 1]),
        ("version", [7: 9]), ("unknown feature", [72: 1]), ("absurd size", [24: 0x7f]),
    ])
    func aHeaderThatLeadsElsewhereIsRefused(_ why: String, _ changes: [Int: UInt8]) throws {
        let path = try directory.file("a.qcow2", qcow(changes))
        #expect(throws: BulkheadError.self) { try DiskHeader(path: path) }
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
