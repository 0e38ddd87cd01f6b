import Isolation
import Testing

@testable import VMIsolation

/// A change to our own template that one rule refuses.
struct LintCase: Sendable, CustomTestStringConvertible {
    var rule: LintRule
    var piece: String
    var other: String
    /// What an exception for this very thing names, if anything.
    var value: String?

    init(_ rule: LintRule, _ piece: String, _ other: String, value: String? = nil) {
        self.rule = rule
        self.piece = piece
        self.other = other
        self.value = value
    }

    static func device(_ rule: LintRule, _ text: String, value: String? = nil) -> LintCase {
        LintCase(rule, "<panic model=\"isa\"/>", "<panic model=\"isa\"/>\(text)", value: value)
    }

    static func machine(_ rule: LintRule, _ text: String, value: String? = nil) -> LintCase {
        LintCase(rule, "<vcpu ", "\(text)<vcpu ", value: value)
    }

    var testDescription: String { "\(rule.rawValue): \(other)" }
}

@Suite struct LintTests {
    static let cases: [LintCase] = devices + machine + attributes

    static let devices: [LintCase] = [
        .device(.hostDevice, "<hostdev mode='subsystem' type='pci'/>", value: "pci"),
        .device(.hostDevice, "<redirdev bus='usb' type='spicevmc'/>"),
        .device(.hostDevice, "<smartcard mode='host'/>"),
        .device(.filesystem, "<filesystem type='mount'><source dir='/srv/ro'/></filesystem>", value: "/srv/ro"),
        .device(.channel, "<channel type='unix'><source path='/run/x'/></channel>", value: "unix"),
        .device(.channel, "<parallel type='file'><source path='/x'/></parallel>"),
        .device(.characterDevice, "<serial type='tcp'><source host='h' service='1'/></serial>", value: "tcp"),
        .device(.characterDevice, "<serial type='file'><source path='/etc/x'/></serial>"),
        .device(.characterDevice, "<serial type='udp'/>"),
        .device(.characterDevice, "<console type='dev'><source path='/dev/tty'/></console>"),
        .device(.characterDevice, "<serial type='pty'><source path='/dev/pts/9'/></serial>", value: "/dev/pts/9"),
        .device(.graphics, "<graphics type='vnc' port='-1'/>", value: "vnc"),
        .device(.graphics, "<video><model type='vga'/></video>"),
        .device(.graphics, "<video/>"),
        .device(.graphics, "<audio id='1' type='alsa'/>"),
        .device(.graphics, "<sound model='ich9'/>"),
        .device(.tpm, "<tpm model='tpm-tis'><backend type='passthrough'/></tpm>"),
        .device(.vsock, "<vsock model='virtio'/>"),
        .device(.sharedMemory, "<shmem name='x'/>"),
        .device(.sizing, "<memory model='dimm'/>"),
        .device(.firmware, "<nvram/>"),
        .device(.watchdog, "<watchdog model='itco' action='dump'/>"),
        .device(.input, "<input type='evdev'><source dev='/dev/input/event1'/></input>"),
        .device(.element, "<hub type='usb'/>", value: "devices/hub"),
        .device(.element, "<controller type='ccid'/>"),
        .device(.usb, "<controller type='usb' model='qemu-xhci'/>"),
        .device(.emulator, "<emulator>/tmp/qemu</emulator>", value: "/tmp/qemu"),
        .device(.interface, "<interface type='user'/>"),
        .device(.interface, "<interface type='direct'><source dev='eth0'/></interface>"),
        .device(.interface, "<interface type='ethernet'/>"),
        .device(.interface, "<interface type='bridge'><source bridge='br0'/></interface>", value: "bridge"),
        .device(.interface, "<interface type='vhostuser'/>"),
        .device(.interface, "<interface type='hostdev'/>"),
        .device(.disk, "<disk type='block'><source dev='/dev/sda'/></disk>", value: "block"),
        .device(.disk, "<disk type='network'/>"),
        .device(.disk, "<disk type='nvme'/>"),
        .device(.disk, "<disk type='file' device='lun'/>", value: "lun"),
    ]

    static let machine: [LintCase] = [
        .machine(.sizing, "<memtune><hard_limit>1</hard_limit></memtune>"),
        .machine(.sizing, "<maxMemory slots='1'>99999999</maxMemory>"),
        LintCase(.sizing, "<clock offset=\"utc\">", "<numatune/><clock offset=\"utc\">"),
        LintCase(.sizing, "<shares>", "<vcpusched vcpus='0' scheduler='fifo' priority='1'/><shares>"),
        LintCase(.sizing, "<model fallback=", "<numa><cell id='0' memory='1'/></numa><model fallback="),
        .machine(.memoryBacking, "<memoryBacking><hugepages/></memoryBacking>"),
        .machine(.memoryBacking, "<memoryBacking><source type='file'/></memoryBacking>"),
        .machine(.memoryBacking, "<memoryBacking><access mode='shared'/></memoryBacking>"),
        .machine(.memoryBacking, "<memoryBacking><locked/></memoryBacking>"),
        .machine(.launchSecurity, "<launchSecurity type='sev'/>"),
        .machine(.confinement, "<seclabel type='none'/>", value: "none"),
        .machine(.confinement, "<seclabel type='static' relabel='yes'/>"),
        .machine(.confinement, "<seclabel type='dynamic' relabel='no'/>"),
        .machine(.confinement, "<seclabel model='apparmor'/>"),
        LintCase(
            .confinement, "<seclabel type=\"static\" model=\"dac\" relabel=\"no\">\n    <label>{{monitorUser}}",
            "<seclabel type='static' model='dac' relabel='no'><label>+0:+0", value: "static"),
        LintCase(.confinement, "model=\"dac\" relabel=\"no\"", "model=\"selinux\" relabel=\"no\""),
        .machine(.confinement, "<seclabel type='dynamic'><baselabel>x</baselabel></seclabel>"),
        .machine(.element, "<perf/>", value: "perf"),
        .machine(.duplicate, "<vcpu>1</vcpu>"),
        .machine(.duplicate, "<name>other</name>"),
        .machine(.foreignNamespace, "<x:hostdev xmlns:x='urn:x'/>", value: "urn:x"),
        .machine(
            .qemuArguments,
            "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-s'/></q:commandline>"),
        .machine(.qemuArguments, "<commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'/>"),
        LintCase(.lifecycle, "<on_crash>destroy", "<on_crash>preserve", value: "preserve"),
        LintCase(.lifecycle, "<on_poweroff>destroy", "<on_poweroff>restart"),
        LintCase(.lifecycle, "<on_reboot>restart", "<on_reboot>preserve"),
        LintCase(.panic, "<panic model=\"isa\"/>", ""),
        LintCase(.firmware, "/usr/share/qemu/qboot.rom", "/home/me/bios.rom", value: "/home/me/bios.rom"),
        LintCase(.firmware, "/usr/share/qemu/qboot.rom", "/usr/share/qemu/../../../etc/shadow"),
        LintCase(.firmware, "<features>", "<os><nvram>/etc/x</nvram></os><features>"),
    ]

    static let attributes: [LintCase] = [
        LintCase(
            .rng, "<backend model=\"random\">/dev/urandom", "<backend model=\"random\">/dev/sda", value: "/dev/sda"),
        LintCase(.rng, "<backend model=\"random\">", "<backend model=\"egd\" type=\"tcp\">"),
        LintCase(.hostFile, "<console type=\"pty\">", "<console type=\"pty\"><log file='/etc/x'/>", value: "/etc/x"),
        LintCase(.hostFile, "<rom enabled=\"no\"/>", "<rom file='/home/x.rom'/>", value: "/home/x.rom"),
        LintCase(
            .hostFile, "<entry name=", "<entry name='opt/x' file='/etc/shadow'/><entry name=", value: "/etc/shadow"),
        LintCase(.hostFile, "<features>", "<os><acpi><table type='slic'>/x</table></acpi></os><features>"),
        LintCase(
            .attribute, "<source file=\"{{file}}\"/>\n      {{#b",
            "<source file=\"{{file}}\" startupPolicy='optional'/>{{#b"),
        LintCase(.attribute, "<disk type=\"file\"", "<disk rawio='yes' type=\"file\""),
        LintCase(.attribute, "network=\"{{network}}\"", "network=\"{{network}}\" portgroup='open'", value: "portgroup"),
        LintCase(.foreignNamespace, "<devices>", "<devices xmlns:x='urn:x' x:a='1'>"),
    ]

    @Test(arguments: cases)
    func eachRuleRefuses(_ wrong: LintCase) throws {
        let plan = try TemplateSamples.plan()
        let template = try TemplateSamples.template(replacing: wrong.piece, with: wrong.other)
        let findings = try template.examine(plan).findings.filter { $0.rule == wrong.rule }
        let line = try TemplateSamples.line(of: String(wrong.piece.prefix { $0 != "\n" }))
        #expect(!findings.isEmpty)
        if wrong.rule != .panic, !wrong.piece.hasPrefix("<panic") || wrong.other.hasPrefix("<panic") {
            #expect(findings.contains { $0.line == line }, "\(findings)")
        }
        let error = bulkheadError { _ = try template.render(plan) }
        #expect(error?.reason == .templateUnsafe)
        #expect(error?.evidence.contains { $0.contains(" \(wrong.rule.rawValue): ") } == true)
        if let value = wrong.value { #expect(findings.map(\.value).contains(value), "\(findings)") }
    }

    @Test(arguments: cases.filter(\.rule.canBeAllowed))
    func theOperatorMayAllowEach(_ wrong: LintCase) throws {
        let plan = try TemplateSamples.plan()
        let template = try TemplateSamples.template(replacing: wrong.piece, with: wrong.other)
        let name = wrong.rule.rawValue
        let allowed = try template.examine(plan, policy: LintPolicy(allow: [name])).findings
        #expect(!allowed.contains { $0.rule == wrong.rule })
        guard let value = wrong.value else { return }
        let exact = try template.examine(plan, policy: LintPolicy(allow: ["\(name):\(value)"])).findings
        #expect(!exact.contains { $0.rule == wrong.rule })
        let other = try template.examine(plan, policy: LintPolicy(allow: ["\(name):\(value)2"])).findings
        #expect(other.contains { $0.rule == wrong.rule })
    }

    @Test func everyRuleHasACase() {
        #expect(Set(LintTests.cases.map(\.rule)) == Set(LintRule.allCases))
    }

    @Test(arguments: [
        LintCase.device(.watchdog, "<watchdog model='itco' action='reset'/>"),
        .device(.rng, "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"),
        .device(.characterDevice, "<serial type='pty'/>"),
        .device(.emulator, "<emulator>/usr/bin/qemu-system-x86_64</emulator>"),
        .device(.element, "<controller type='scsi' model='virtio-scsi'/>"),
        .device(.input, "<input type='keyboard' bus='ps2'/>"),
        .machine(.element, "<iothreads>1</iothreads>"),
        .machine(.memoryBacking, "<memoryBacking><nosharepages/></memoryBacking>"),
        .machine(.confinement, "<seclabel type='dynamic' model='dac' relabel='yes'/>"),
        .machine(.element, "<title>mine</title><description>a, b</description>"),
        LintCase(.foreignNamespace, "<metadata>", "<metadata><o:os xmlns:o='urn:o' o:id='1'/>"),
        LintCase(.attribute, "cache=\"unsafe\"", "cache=\"none\" io=\"native\" iothread=\"1\""),
        LintCase(.firmware, "/usr/share/qemu/qboot.rom", "/usr/share/OVMF/OVMF_CODE.fd"),
        LintCase(
            .element, "<feature policy=\"require\"", "<feature policy='require' name='avx'/><feature policy=\"require\""
        ),
        LintCase(.interface, "<model type=\"virtio\"/>", "<model type=\"virtio\"/><filterref filter='clean-traffic'/>"),
        LintCase(.hostFile, "<entry name=", "<entry name='opt/x'>plain</entry><entry name="),
    ])
    func harmlessChangesPass(_ change: LintCase) throws {
        let template = try TemplateSamples.template(replacing: change.piece, with: change.other)
        _ = try template.render(TemplateSamples.plan())
    }

    @Test func allFindingsComeAtOnce() throws {
        let many = "<panic model=\"isa\"/>\n<graphics type='vnc'/>\n<vsock/>\n<hostdev/>"
        let template = try TemplateSamples.template(replacing: "<panic model=\"isa\"/>", with: many)
        let findings = try template.examine(TemplateSamples.plan()).findings
        #expect(findings.map(\.rule) == [.graphics, .vsock, .hostDevice])
        let first = try #require(try TemplateSamples.line(of: "<panic"))
        #expect(findings.map(\.line) == [first + 1, first + 2, first + 3])
    }

    @Test(arguments: ["nonsense", "graphics:", "", ":x", "duplicate", "Graphics"])
    func unknownExceptionsAreRefused(_ text: String) {
        #expect(bulkheadError { _ = try LintPolicy(allow: [text]) }?.reason == .badOption)
    }
}
