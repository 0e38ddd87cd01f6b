import Foundation
import Glibc
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@testable import VMIsolation

/// Overlays are made without looking into what they lie over.
@Suite struct OverlayTests {
    private let directory = TemporaryDirectory()

    private func run(_ words: String...) async throws -> (status: Int32, text: String, errors: String) {
        let program = try RunningProgram(
            (["/usr/bin/env"] + words).map { Array($0.utf8) }, environment: [Array("PATH=/usr/bin:/bin".utf8)])
        return (try await program.wait(within: .seconds(60)), program.outputText, program.errorText)
    }

    /// Makes the overlay over an image as a launch does.
    private func overlay(over file: String, _ format: DomainPlan.Disk.Format) async throws -> DomainPlan.Disk {
        let record = ContainerRecord(
            try FakeHousehold.config("one"), machine: UUID(), created: 7, bootID: "", life: ContainerLife(isolators: 0))
        let here = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: directory.path,
            sandbox: nil)
        var plan = LaunchPlan()
        plan.disks = [DomainPlan.Disk(target: "vda", file: file, format: format, serial: "root", readOnly: true)]
        let disks = try await DiskIsolator(hypervisor: FakeHypervisor(), cache: directory.path).prepare(here, plan)
            .disks
        return try #require(disks.first)
    }

    /// Behind a header that we take, there is what makes `qemu-img` stumble.
    @Test func noToolOfOursOpensTheImage() async throws {
        let image = directory.path + "/image.qcow2"
        try #require(try await run("qemu-img", "create", "-q", "-f", "qcow2", image, "64M").status == 0)
        let file = try #require(FileHandle(forUpdatingAtPath: image))
        try file.seek(toOffset: 104)
        // An extension of the header, longer than a cluster.
        try file.write(contentsOf: [0x12, 0x34, 0x56, 0x78, 0x7f, 0xff, 0xff, 0xff])
        try file.close()
        #expect(try await run("qemu-img", "info", image).status != 0, "this image does not make it stumble")
        let made = try await overlay(over: image, .qcow2)
        #expect(made.backing?.file == image && made.format == .qcow2)
    }

    /// Whoever writes a raw image may end it anywhere; a disk has whole sectors.
    @Test(arguments: [("image.raw", 67_109_376), ("image.qcow2", 67_109_376), ("image.img", (64 << 20) + 1)])
    func itIsAsLargeAsTheImage(_ name: String, _ size: Int) async throws {
        let image = directory.path + "/" + name
        let format = DomainPlan.Disk.Format(rawValue: String(name.dropFirst("image.".count))) ?? .raw
        try #require(try await run("qemu-img", "create", "-q", "-f", format.rawValue, image, "\(size)").status == 0)
        if format == .raw { try #require(truncate(image, size) == 0) }
        let made = try await overlay(over: image, format)
        let info = try await run("qemu-img", "info", "--output=json", made.file)
        let sectors = (size + 511) / 512
        #expect(
            info.text.contains("\"virtual-size\": \(sectors * 512)") && info.text.contains("\"\(image)\""), "\(info)")
    }
}
