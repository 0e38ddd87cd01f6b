import Foundation
import Isolation
import Testing
@testable import VMIsolation
@Test func dump() throws {
    let t = try DomainTemplate.builtIn(in: TemplateSamples.directory)
    let out = "/tmp/h-template"
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    var plan = try TemplateSamples.plan()
    plan.interface.network = "bulkhead"
    plan.boot = .kernel(kernel: "\(out)/k&<\"'>", initrd: "\(out)/initrd", commandLine: "console=ttyS0 x=\"a b\" y='1' & <z> quiet")
    plan.seedFile = "\(out)/seed"
    plan.consoleLog = "\(out)/console.log"
    for i in plan.disks.indices { plan.disks[i].file = "\(out)/d\(i).qcow2" }
    plan.disks[0].backing?.file = "\(out)/base.qcow2"
    plan.disks.append(.init(device: .cdrom, target: "sda", file: "\(out)/seed.iso", format: .raw, serial: "seed", readOnly: true))
    plan.disks.append(.init(target: "vdc", file: "\(out)/ro.raw", format: .raw, serial: "ro", readOnly: true))
    try t.render(plan).write(toFile: "\(out)/kernel.xml", atomically: true, encoding: .utf8)
    for f in ["kernel-inactive.xml", "kernel-live.xml"] {
        guard let s = try? String(contentsOfFile: "\(out)/\(f)", encoding: .utf8) else { continue }
        plan.uuid = UUID(uuidString: DomainDocumentText(s))!
        do { try DomainReadBack.check(s, against: plan); print("OK", f) } catch { print(f, error) }
    }
    plan.acceleration = .kvm; plan.uuid = UUID(); plan.name = "bulkhead-kvm"; plan.boot = .disk; plan.seedFile = nil
    try t.render(plan).write(toFile: "\(out)/kvmdisk.xml", atomically: true, encoding: .utf8)
    let net = NetworkPlan(name: "bulkhead", owner: "o1", bridge: "virbr-bh", address: "192.168.250.1", netmask: "255.255.255.0", pool: (0..<3).map { .init(mac: "52:54:00:00:00:0\($0+1)", ip: "192.168.250.1\($0)") }, leaseMinutes: 60)
    try NetworkTemplate.builtIn(in: TemplateSamples.directory).render(net).write(toFile: "\(out)/network.xml", atomically: true, encoding: .utf8)
}
func DomainDocumentText(_ s: String) -> String { (try? DomainDocument(s))?.node("uuid")?.text ?? "" }
