import Foundation
import TestSupport
import Testing

extension HostTests {
    /// Templates that no guest may be made from.
    @Suite(.bench) struct TemplateRefusalTests {
        private let here = TemporaryDirectory()

        private func shipped() throws -> String {
            try String(contentsOfFile: Bench.templates + "/domain.xml", encoding: .utf8)
        }

        private func expect(
            _ reason: String, _ template: String, _ location: SourceLocation = #_sourceLocation
        ) async throws {
            let bench = try bench()
            let file = try here.file("domain.xml", template.utf8)
            let run = try await bench.run(["--template", file], command: ["true"], within: .seconds(60), location)
            #expect(run.status == 125 && run.errorText.contains("\"\(reason)\""), "\(run)", sourceLocation: location)
            let alone = try await bench.call(
                "template", file, environment: ["LIBVIRT_DEFAULT_URI": "bogus:///", "BULKHEAD_CONNECT": ""])
            if reason != "templateRejected" {
                #expect(alone.status == 125 && alone.errorText.contains(reason), "\(alone)", sourceLocation: location)
            }
        }

        @Test func aMissingOne() async throws {
            let run = try await bench().call("run", "--template", here.path + "/none", "--", "true")
            #expect(run.status == 125 && run.errorText.contains("templateUnreadable: "), "\(run)")
        }

        @Test func anIdentityThatIsNotOurs() async throws {
            let text = try shipped()
            try await expect("templateIdentity", text.replacing("<name>{{name}}</name>", with: "<name>mine</name>"))
            try await expect("templateIdentity", text.replacing("{{memoryKiB}}", with: "4194304"))
            try await expect(
                "templateIdentity",
                text.replacing("<mac address=\"{{mac}}\"/>", with: "<mac address=\"52:54:00:ff:ff:ff\"/>"))
        }

        @Test(arguments: [
            (
                "templateUnsafe",
                "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='0' slot='3' function='0'/></source></hostdev>"
            ),
            ("templateUnsafe", "<filesystem type='mount'><source dir='/'/><target dir='host'/></filesystem>"),
            (
                "templateIdentity",
                "<disk type='file' device='disk'><source file='/etc/shadow'/><target dev='vdz'/></disk>"
            ),
            ("templateUnsafe", "<disk type='block' device='disk'><source dev='/dev/vda'/><target dev='vdz'/></disk>"),
            (
                "templateUnsafe",
                "<serial type='unix'><source mode='connect' path='/run/libvirt/libvirt-sock'/></serial>"
            ),
        ])
        func devicesOfTheHost(_ reason: String, _ device: String) async throws {
            try await expect(reason, try shipped().replacing("</devices>", with: device + "</devices>"))
        }

        @Test func rawArgumentsOfTheMonitor() async throws {
            let text = try shipped()
                .replacing("<domain type", with: "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' type")
                .replacing("</domain>", with: "<qemu:commandline><qemu:arg value='-S'/></qemu:commandline></domain>")
            try await expect("templateUnsafe", text)
        }

        @Test func whatIsNoTemplate() async throws {
            for text in ["", "no XML", "<domain>", "<domain>{{nothing}}</domain>", "<network/>"] {
                let file = try here.file("domain.xml", text.utf8)
                let run = try await bench().run(["--template", file], command: ["true"], within: .seconds(60))
                #expect(run.status == 125 && run.errorText.contains("template"), "“\(text)”: \(run)")
            }
        }

        @Test func entitiesThatExpandWithoutEnd() async throws {
            let levels = (1...9).map { "<!ENTITY e\($0) \"\(String(repeating: "&e\($0 - 1);", count: 10))\">" }.joined()
            let bomb = "<!DOCTYPE d [<!ENTITY e0 \"0123456789\">\(levels)]>"
            let text = try shipped().replacing(
                "<name>{{name}}</name>", with: "<name>{{name}}</name><title>&e9;</title>")
            try await expect("templateMalformed", bomb + text)
        }

        @Test func whatLibvirtsSchemaRefuses() async throws {
            try await expect("templateRejected", try shipped().replacing("<acpi/>", with: "<acpi/><nonsense/>"))
        }
    }
}
