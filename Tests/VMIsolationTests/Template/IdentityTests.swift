import Isolation
import Testing

@testable import VMIsolation

/// A change to our own template that makes the domain another than planned.
struct IdentityCase: Sendable, CustomTestStringConvertible {
    var item: String
    var piece: String
    var other: String
    var found: String

    init(_ item: String, _ piece: String, _ other: String, found: String) {
        self.item = item
        self.piece = piece
        self.other = other
        self.found = found
    }

    var testDescription: String { item }
}

@Suite struct IdentityTests {
    static let sizes: [IdentityCase] = [
        .init("domain type", "type=\"{{type}}\"", "type=\"kvm\"", found: "“kvm”"),
        .init("name", "<name>{{name}}", "<name>other", found: "“other”"),
        .init("name", "<name>{{name}}", "<name>{{name}} ", found: "“bulkhead-sample ”"),
        .init("number of <name>", "<name>{{name}}</name>", "", found: "0"),
        .init(
            "uuid", "{{uuid}}", "11111111-2222-3333-4444-555555555555", found: "“11111111-2222-3333-4444-555555555555”"),
        .init("metadata owner", "owner=\"{{owner}}\"", "owner=\"me\"", found: "“me”"),
        .init("metadata id", "id=\"{{container}}\"", "", found: "nothing"),
        .init("metadata created", "{{created}}", "5", found: "“5”"),
        .init("metadata template", "{{templateDigest}}", "ff", found: "“ff”"),
        .init("number of <bulkhead:container>", "bulkhead.dev/domain/1", "bulkhead.dev/domain/2", found: "0"),
        .init("memory", "<memory unit=\"KiB\">", "<memory unit=\"MiB\">", found: "“536870912 KiB”"),
        .init("memory", "<memory unit=\"KiB\">{{memoryKiB}}", "<memory>1e9", found: "nothing"),
        .init("currentMemory", "<currentMemory unit=\"KiB\">{{memoryKiB}}", "<currentMemory>7", found: "“7 KiB”"),
        .init("vcpu", "{{vcpus}}", "64", found: "“64”"),
        .init("vcpu current", "<vcpu placement=\"static\"", "<vcpu current=\"1\"", found: "“1”"),
        .init("cputune/shares", "{{cpuShares}}", "262144", found: "“262144”"),
        .init("cputune/period", "{{cpuPeriod}}", "1000", found: "“1000”"),
        .init("cputune/quota", "{{cpuQuota}}", "-1", found: "“-1”"),
        .init("number of <cputune/quota>", "<quota>{{cpuQuota}}</quota>", "", found: "0"),
    ]

    static let devices: [IdentityCase] = [
        .init("kernel", "<kernel>{{kernel}}", "<kernel>/boot/x", found: "“/boot/x”"),
        .init("initrd", "<initrd>{{initrd}}</initrd>", "", found: "nothing"),
        .init(
            "cmdline", "{{commandLine}}", "{{commandLine}} init=/bin/sh", found: "“console=ttyS0 quiet init=/bin/sh”"),
        .init("seed opt/org.bulkhead/seed", "opt/org.bulkhead/seed", "opt/other", found: "nothing"),
        .init(
            "disk vda, file", "<source file=\"{{file}}\"/>\n      {{#b", "<source file=\"/etc/shadow\"/>{{#b",
            found: "“/etc/shadow”"),
        .init("disk vda, format", "name=\"qemu\" type=\"{{format}}\"", "name=\"qemu\" type=\"raw\"", found: "“raw”"),
        .init("disk vda, format", "name=\"qemu\" type=\"{{format}}\"", "name=\"qemu\"", found: "nothing"),
        .init("disk vda, device", "device=\"{{device}}\"", "device=\"floppy\"", found: "“floppy”"),
        .init("disk vda, serial", "<serial>{{serial}}</serial>", "", found: "nothing"),
        .init("disk vda, read-only", "<serial>{{serial}}", "<readonly/><serial>{{serial}}", found: "“yes”"),
        .init("disk vda, backing format", "<format type=\"{{format}}\"/>", "<format type=\"raw\"/>", found: "“raw”"),
        .init(
            "disk vda, base of the base", "<source file=\"{{file}}\"/>\n        <backingStore/>",
            "<source file=\"{{file}}\"/>", found: "nothing"),
        .init("disk vdb, backing", "{{^backing}}\n      <backingStore/>\n      {{/backing}}", "", found: "nothing"),
        .init("number of disk vda", "dev=\"{{target}}\"", "dev=\"hda\"", found: "0"),
        .init("disk hda", "dev=\"{{target}}\"", "dev=\"hda\"", found: "“/var/lib/bulkhead/sample/root.qcow2”"),
        .init("interface, MAC", "{{mac}}", "52:54:00:99:99:99", found: "“52:54:00:99:99:99”"),
        .init("interface, network", "{{network}}", "default", found: "“default”"),
        .init("interface, isolated", "<port isolated=\"yes\"/>", "", found: "“no”"),
        .init("interface, isolated", "<port isolated=\"yes\"/>", "<port isolated=\"no\"/>", found: "“no”"),
        .init(
            "interface", "<panic", "<interface type='network'><mac address='52:54:00:1:2:3'/></interface><panic",
            found: "“52:54:00:1:2:3”"),
        .init("serial console, log", "<log file=\"{{consoleLog}}\" append=\"on\"/>", "", found: "nothing"),
        .init("monitor's user", "<label>{{monitorUser}}", "<label>+0:+0", found: "“+0:+0”"),
        .init("monitor's user", "relabel=\"no\"", "relabel=\"yes\"", found: "nothing"),
        .init("serial console, type", "<serial type=\"pty\"", "<serial type=\"null\"", found: "“null”"),
    ]

    @Test(arguments: sizes + devices)
    func eachChangeIsNamed(_ change: IdentityCase) throws {
        let template = try TemplateSamples.template(replacing: change.piece, with: change.other)
        let plan = try TemplateSamples.plan()
        let differences = try template.examine(plan).differences
        let found = differences.first { $0.item == change.item }
        #expect(found?.found == change.found, "\(differences)")
        let error = bulkheadError { _ = try template.render(plan) }
        #expect(error?.reason == .templateIdentity || error?.reason == .templateUnsafe)
        #expect(error?.evidence.contains { $0.contains(change.item) } == true)
    }

    @Test func theLineIsTheTemplates() throws {
        let template = try TemplateSamples.template(replacing: "{{network}}", with: "default")
        let difference = try template.examine(TemplateSamples.plan()).differences.first
        #expect(try difference?.line == TemplateSamples.line(of: "{{network}}"))
        let error = bulkheadError { _ = try template.render(TemplateSamples.plan()) }
        #expect(error?.reason == .templateIdentity)
    }

    @Test func otherUnitsOfTheSameAmountPass() throws {
        let template = try TemplateSamples.template(
            replacing: "<memory unit=\"KiB\">{{memoryKiB}}", with: "<memory unit=\"MiB\"> 512 ")
        #expect(try template.examine(TemplateSamples.plan()).differences == [])
    }

    @Test(
        arguments: [
            ("1", "b", 1), ("1", "KB", 1000), ("2", "KiB", 2048), ("3", nil, 3072), ("1", "M", 1 << 20),
            ("1", "GB", 1_000_000_000),
            ("1", "tib", 1 << 40), ("x", "b", nil), ("1", "pony", nil), ("99999999999999999999", "b", nil),
            ("18446744073709551615", "KiB", nil), ("-1", nil, nil),
        ] as [(String, String?, UInt64?)])
    func sizesAreReadAsLibvirtDoes(_ text: String, _ unit: String?, _ bytes: UInt64?) {
        #expect(LibvirtSize.bytes(text, unit: unit) == bytes)
    }
}
