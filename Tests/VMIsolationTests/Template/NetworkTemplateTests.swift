import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct NetworkTemplateTests {
    let template: NetworkTemplate

    init() throws { template = try NetworkTemplate.builtIn(in: TemplateSamples.directory) }

    static func plan(_ addresses: [String] = ["10.9.0.12", "10.9.0.3", "10.9.0.100"]) -> NetworkPlan {
        NetworkPlan(
            name: "bulkhead", owner: "o&1", bridge: "virbr-bh0", address: "10.9.0.1", netmask: "255.255.255.0",
            pool: addresses.enumerated().map { .init(mac: "52:54:00:00:00:0\($0)", ip: $1) }, leaseMinutes: 30)
    }

    @Test func itRendersThePlan() throws {
        let root = try DomainDocument(template.render(Self.plan())).root
        #expect(root.node("name")?.text == "bulkhead")
        #expect(root.node("uuid") == nil)
        #expect(root.node("forward") == nil)
        #expect(root.node("bridge")?["stp"] == "off")
        #expect(root.node("dns")?["enable"] == "no")
        #expect(root.node("port")?["isolated"] == "yes")
        #expect(root.node("ip/dhcp/range")?["start"] == "10.9.0.3")
        #expect(root.node("ip/dhcp/range")?["end"] == "10.9.0.100")
        #expect(root.nodes("ip/dhcp/host").map { $0["ip"] } == ["10.9.0.12", "10.9.0.3", "10.9.0.100"])
        #expect(root.nodes("ip/dhcp/host/lease").allSatisfy { $0["expiry"] == "30" && $0["unit"] == "minutes" })
        let owner = root.node("metadata")?.children.first
        #expect(owner?.namespace == NetworkPlan.metadataNamespace && owner?["owner"] == "o&1")
        #expect(root.children.contains { $0.name == "options" && $0.children.first?["value"] == "no-ping" })
    }

    @Test func aChosenUUIDIsKept() throws {
        var plan = Self.plan()
        plan.uuid = UUID()
        let root = try DomainDocument(template.render(plan)).root
        #expect(root.node("uuid")?.text == plan.uuid?.uuidString.lowercased())
    }

    @Test(arguments: [
        (["10.9.0.1"], "not one for a guest"), (["10.9.1.4"], "not one for a guest"),
        (["10.9.0.255"], "not one for a guest"),
        (["10.9.0.0"], "not one for a guest"), (["10.9.0.4", "10.9.0.4"], "twice"), ([], "empty"),
        (["10.9.0"], "no IPv4"),
        (["10.9.0.256"], "no IPv4"), (["10.9.0.+4"], "no IPv4"),
    ])
    func plansThatAreNoNetworkAreRefused(_ addresses: [String], _ detail: String) {
        let error = bulkheadError { _ = try template.render(Self.plan(addresses)) }
        #expect(error?.reason == .networkRefused)
        #expect(error?.detail.contains(detail) == true)
    }

    @Test func longBridgesAndShortLeasesAreRefused() {
        var long = Self.plan()
        long.bridge = "virbr-of-bulkhead"
        #expect(bulkheadError { _ = try template.render(long) }?.reason == .networkRefused)
        var short = Self.plan()
        short.leaseMinutes = 1
        #expect(bulkheadError { _ = try template.render(short) }?.reason == .networkRefused)
    }

    @Test(arguments: [
        ("<dns", "<forward mode='nat'/>\n<dns"), ("<dns", "<route address='0.0.0.0' gateway='10.9.0.9'/><dns"),
        ("{{bridge}}", "br0"), ("{{#pool}}", "{{^pool}}"), ("address=\"{{address}}\"", "address=\"10.0.0.1\""),
    ])
    func aWayOutIsRefused(_ piece: String, _ other: String) throws {
        let text = template.file.text.replacingOccurrences(of: piece, with: other)
        #expect(
            bulkheadError { _ = try NetworkTemplate(TemplateFile(name: "n.xml", text: text)).render(Self.plan()) }
                != nil)
    }

    @Test func anOpenOneIsRoutedByTheHostAlone() throws {
        var plan = Self.plan()
        plan.isOpen = true
        #expect(try DomainDocument(template.render(plan)).root.nodes("forward").map { $0["mode"] } == ["open"])
        for other in ["<forward mode='nat'/>", "<forward mode='open'/><forward mode='route'/>", "<forward/>", ""] {
            let text = template.file.text.replacingOccurrences(of: "<forward mode=\"open\"/>", with: other)
            #expect(
                bulkheadError { _ = try NetworkTemplate(TemplateFile(name: "n.xml", text: text)).render(plan) }?.reason
                    == .templateUnsafe)
        }
    }

    /// Names are looked up for guests with a way out alone, and nothing of the host's or of other guests' is told.
    @Test func anOpenOneHasNamesAndPerhapsIPv6() throws {
        var plan = Self.plan()
        plan.isOpen = true
        #expect(try DomainDocument(template.render(plan)).root.nodes("ip").count == 1)
        plan.address6 = "fd12:3456:789a::1"
        let root = try DomainDocument(template.render(plan)).root
        #expect(root.node("dns")?["enable"] == nil && root.node("dns")?["forwardPlainNames"] == "no")
        #expect(root.nodes("ip").map { $0["address"] } == [plan.address, plan.address6])
        #expect(root.nodes("ip").last?["prefix"] == "64" && root.nodes("ip").last?.node("dhcp") == nil)
        let options = root.children.first { $0.name == "options" }?.children.map { $0["value"] } ?? []
        #expect(Set(["no-hosts", "dhcp-ignore-names", "stop-dns-rebind", "cache-size=0"]).isSubset(of: options))
        plan.address6 = "10.9.0.1"
        #expect(bulkheadError { _ = try template.render(plan) }?.reason == .networkRefused)
    }

    @Test(.enabled(if: SchemaTool.isThere, "xmllint and libvirt's schema are not installed"))
    func libvirtsSchemaTakesIt() throws {
        var plan = Self.plan()
        plan.uuid = UUID()
        #expect(try SchemaTool.complaint(about: template.render(plan), schema: "network") == nil)
        plan.isOpen = true
        #expect(try SchemaTool.complaint(about: template.render(plan), schema: "network") == nil)
    }
}
