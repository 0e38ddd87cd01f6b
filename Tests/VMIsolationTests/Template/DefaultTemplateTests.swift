import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct DefaultTemplateTests {
    let template: DomainTemplate

    init() throws { template = try DomainTemplate.builtIn(in: TemplateSamples.directory) }

    @Test func itRendersThePlan() throws {
        let plan = try TemplateSamples.plan()
        let root = try DomainDocument(template.render(plan)).root
        #expect(root["type"] == "qemu")
        #expect(root.node("name")?.text == "bulkhead-sample")
        #expect(root.node("memory")?.text == "524288")
        #expect(root.node("vcpu")?.text == "2")
        #expect(root.node("cputune/quota")?.text == "75000")
        #expect(root.nodes("devices/disk").count == 2)
        #expect(root.node("devices/disk/backingStore/source")?["file"] == "/var/lib/bulkhead/sample/base.qcow2")
        #expect(root.node("memtune") == nil)
        #expect(root.node("cpu/feature")?["name"] == "rdrand")
    }

    @Test func kvmHidesNestedVirtualization() throws {
        var plan = try TemplateSamples.plan()
        plan.acceleration = .kvm
        let root = try DomainDocument(template.render(plan)).root
        #expect(root["type"] == "kvm")
        #expect(root.nodes("cpu/feature").map { $0["name"] } == ["vmx", "svm"])
        #expect(root.nodes("cpu/feature").allSatisfy { $0["policy"] == "disable" })
    }

    @Test func bootFromDiskHasNoKernel() throws {
        var plan = try TemplateSamples.plan()
        plan.boot = .disk
        plan.seedFile = nil
        let root = try DomainDocument(template.render(plan)).root
        #expect(root.node("os/kernel") == nil && root.node("os/loader") == nil && root.node("sysinfo") == nil)
        #expect(root.node("os/boot")?["dev"] == "hd")
    }

    @Test func hostileValuesComeThroughUnchanged() throws {
        let hostile = #"a&b<c>"d'e]]>--{{name}}{{{x}}}&amp;é‮ "#
        var plan = try TemplateSamples.plan()
        plan.boot = .kernel(kernel: "/k/\(hostile)", initrd: "/i", commandLine: hostile)
        plan.disks[0].file = "/d/\(hostile)"
        plan.disks[0].serial = hostile
        plan.interface.network = hostile
        plan.seedFile = "/s/\(hostile)"
        let root = try DomainDocument(template.render(plan)).root
        #expect(root.node("os/kernel")?.text == "/k/\(hostile)")
        #expect(root.node("os/cmdline")?.text == hostile)
        #expect(root.node("devices/disk/source")?["file"] == "/d/\(hostile)")
        #expect(root.node("devices/disk/serial")?.text == hostile)
        #expect(root.node("devices/interface/source")?["network"] == hostile)
        #expect(root.node("sysinfo/entry")?["file"] == "/s/\(hostile)")
    }

    @Test(arguments: ["\u{0}", "\u{1B}", "\u{FFFE}12\u{FFFF}", "\u{8}", "\n", "\t", "\r"])
    func controlCharactersAreRefusedWithTheTagsName(_ character: String) throws {
        var plan = try TemplateSamples.plan()
        plan.disks[1].serial = "a\(character)b"
        let error = bulkheadError { _ = try template.render(plan) }
        #expect(error?.reason == .templateMalformed)
        #expect(error?.detail.contains("“serial”") == true)
    }

    @Test func randomPlansPassEveryCheck() throws {
        var random = SeededGenerator(seed: 20_261)
        for _ in 0..<300 {
            let plan = try RandomPlan.make(&random)
            let examination = try template.examine(plan)
            #expect(examination.differences == [], "\(plan)")
            #expect(examination.findings == [], "\(plan)")
            try DomainReadBack.check(examination.xml, against: plan)
        }
    }

    @Test(.enabled(if: SchemaTool.isThere, "xmllint and libvirt's schema are not installed"))
    func libvirtsSchemaTakesIt() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<8 {
            let xml = try template.render(RandomPlan.make(&random, plainText: true))
            let complaint = try SchemaTool.complaint(about: xml, schema: "domain")
            #expect(complaint == nil, "\(xml)")
        }
        let broken = try template.render(TemplateSamples.plan()).replacing("<vcpu ", with: "<vcpux ")
            .replacing("</vcpu>", with: "</vcpux>")
        #expect(try SchemaTool.complaint(about: broken, schema: "domain") != nil)
    }
}
