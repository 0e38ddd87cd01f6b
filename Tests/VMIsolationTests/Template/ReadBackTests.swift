import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct ReadBackTests {
    /// What libvirt 9.0 gave back for ``plan(_:)``, defined and running.
    static let fixtures = ["libvirt-9.0-inactive", "libvirt-9.0-live"]

    private func xml(_ name: String) throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Fixtures/\(name).xml").standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func plan(_ xml: String) throws -> DomainPlan {
        let store = "/var/lib/bulkhead/sample"
        var plan = try TemplateSamples.plan()
        plan.rates = RateLimits()
        plan.uuid = try #require(UUID(uuidString: DomainDocument(xml).node("uuid")?.text ?? ""))
        plan.boot = .kernel(kernel: "\(store)/vmlinux", initrd: "\(store)/initrd", commandLine: "a=\"b\" & 'c' <d>")
        plan.disks = [
            .init(
                target: "vda", file: "\(store)/d0.qcow2", format: .qcow2,
                backing: .init(file: "\(store)/base.qcow2", format: .qcow2), serial: "root"),
            .init(target: "vdb", file: "\(store)/d1.qcow2", format: .qcow2, serial: "scratch"),
            .init(
                device: .cdrom, target: "sda", file: "\(store)/seed.iso", format: .raw, serial: "seed", readOnly: true),
            .init(target: "vdc", file: "\(store)/ro.raw", format: .raw, serial: "ro", readOnly: true),
        ]
        return plan
    }

    @Test(arguments: fixtures)
    func whatLibvirtAddsIsFine(_ name: String) throws {
        let xml = try xml(name)
        try DomainReadBack.check(xml, against: plan(xml))
    }

    @Test(arguments: [
        ("<memory unit='KiB'>524288", "<memory unit='KiB'>1048576", "memory"),
        ("bulkhead/sample/d0.qcow2", "bulkhead/other/d0.qcow2", "disk vda, file"),
        ("<readonly/>", "", "disk vdc, read-only"),
        ("<port isolated='yes'/>", "", "interface, isolated"),
        ("52:54:00:00:00:01", "52:54:00:00:00:02", "interface, MAC"),
        ("<on_crash>destroy", "<on_crash>restart", "lifecycle"),
        ("<panic model='isa'/>", "", "panic"),
        ("<memballoon", "<graphics type='vnc'/><memballoon", "graphics"),
        ("<memballoon", "<channel type='unix'/><memballoon", "channel"),
        ("/usr/bin/qemu-system-x86_64", "/opt/qemu", "emulator"),
        ("a=&quot;b&quot;", "a=&quot;c&quot;", "cmdline"),
    ])
    func whatIsOtherIsNamed(_ piece: String, _ other: String, _ item: String) throws {
        let original = try xml("libvirt-9.0-inactive")
        #expect(original.contains(piece))
        let changed = original.replacingOccurrences(of: piece, with: other)
        let error = try #require(bulkheadError { try DomainReadBack.check(changed, against: plan(original)) })
        #expect(error.reason == .readBackMismatch)
        #expect(error.evidence.contains { $0.contains("\(item):") }, "\(error.evidence)")
    }

    @Test func onlyOurOwnMemoryLimitIsFine() throws {
        let original = try xml("libvirt-9.0-live")
        let plan = try plan(original)
        let limit = { (kibibytes: UInt64) in
            original.replacingOccurrences(
                of: "<vcpu ", with: "<memtune><hard_limit unit='KiB'>\(kibibytes)</hard_limit></memtune><vcpu ")
        }
        try DomainReadBack.check(limit(plan.hardLimit.kibibytes), against: plan)
        #expect(bulkheadError { try DomainReadBack.check(limit(1), against: plan) }?.reason == .readBackMismatch)
    }

    @Test func aSlashThatLibvirtDropsIsFine() throws {
        let original = try xml("libvirt-9.0-live")
        var plan = try plan(original)
        plan.seedFile = plan.seedFile?.replacingOccurrences(of: "/sample/", with: "//sample///")
        try DomainReadBack.check(original, against: plan)
    }

    @Test func whatIsNoXMLIsAMismatch() throws {
        let plan = try TemplateSamples.plan()
        #expect(bulkheadError { try DomainReadBack.check("", against: plan) }?.reason == .readBackMismatch)
    }
}
