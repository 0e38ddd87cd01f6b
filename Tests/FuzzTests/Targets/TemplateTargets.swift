import Foundation
import Isolation

@testable import VMIsolation

extension FuzzTarget {
    static let templates = [
        FuzzTarget("template", longest: 16384, seeds: [ownTemplate]) { bytes in
            guard let file = try? TemplateFile(name: "fuzzed", text: String(decoding: bytes, as: UTF8.self)),
                let template = try? DomainTemplate(file), let plan = try? plan(file.digest),
                let examination = try? template.examine(plan)
            else { return }
            guard examination.isGood, let document = try? DomainDocument(examination.xml) else { return }
            // What passes has nothing of the host in it.
            for path in ["devices/hostdev", "devices/filesystem", "devices/channel", "qemu:commandline"] {
                try hold(document.nodes(path).isEmpty, "a template with \(path) passes")
            }
        },
        FuzzTarget("domain-xml", longest: 8192, seeds: libvirts) { bytes in
            guard let document = try? DomainDocument(String(decoding: bytes, as: UTF8.self)), let plan = try? plan("0")
            else { return }
            _ = DomainLint.findings(in: document, plan: plan, policy: .strict, origin: .libvirt)
        },
    ]

    private static func plan(_ digest: String) throws -> DomainPlan {
        try DomainPlan.sample(.standard, templateDigest: digest)
    }

    private static let repository = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    private static let ownTemplate = bytes("templates/domain.xml")
    private static let libvirts = [bytes("Tests/Fixtures/libvirt-9.0-live.xml"), bytes("Tests/Fixtures/libvirt-9.0-inactive.xml")]

    private static func bytes(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: "/\(repository)/\(path)").map { Array($0) } ?? []
    }
}
