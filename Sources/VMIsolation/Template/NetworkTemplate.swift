public import Isolation

/// The template for libvirt's network XML.
public struct NetworkTemplate: Sendable {
    public let file: TemplateFile
    private let renderer: TemplateRenderer

    /// - Throws: ``BulkheadError`` with `templateMalformed`.
    public init(_ file: TemplateFile) throws(BulkheadError) {
        self.file = file
        renderer = try TemplateRenderer(file, tags: NetworkPlan.tags, escaping: .xml)
    }

    /// Our own, from the directory that Bulkhead's templates are installed in.
    public static func builtIn(in directory: String) throws(BulkheadError) -> NetworkTemplate {
        try NetworkTemplate(TemplateFile(path: "\(directory)/network.xml"))
    }

    /// - Throws: ``BulkheadError`` with `networkRefused` where the plan is not one network, `templateMalformed` or
    ///   `templateUnsafe` where the template's output is not our network.
    public func render(_ plan: NetworkPlan) throws(BulkheadError) -> String {
        if let fault = plan.fault {
            throw BulkheadError(
                .networkRefused, "network \(plan.name)", fault, remedy: "choose another subnet, or the default one")
        }
        let rendered = try renderer.render(plan.templateValues)
        do {
            try check(DomainDocument(rendered.text, origin: rendered.origin(of:)), plan)
        } catch let error as DomainDocument.Fault {
            throw file.malformed(error.line, error.detail)
        } catch let error as BulkheadError {
            throw error
        } catch {
            throw file.malformed(1, "\(error)")
        }
        return rendered.text
    }

    /// What keeps guests in, whatever the template says.
    private func check(_ document: DomainDocument, _ plan: NetworkPlan) throws(BulkheadError) {
        let root = document.root
        for node in root.nodes("route") + (plan.isOpen ? [] : root.nodes("forward")) {
            throw unsafe(node.line, "<\(node.name)> is a way out of the network")
        }
        // Any other mode has libvirt set rules of its own, which may let out more than ours, or nothing at all.
        if plan.isOpen, root.nodes("forward").map({ $0["mode"] }) != ["open"] {
            throw unsafe(root.node("forward")?.line ?? root.line, "its way out is not one <forward mode='open'/>")
        }
        let hosts = root.nodes("ip/dhcp/host").compactMap { node -> NetworkPlan.Reservation? in
            guard let mac = node["mac"], let ip = node["ip"] else { return nil }
            return NetworkPlan.Reservation(mac: mac, ip: ip)
        }
        let isOurs =
            root.name == "network" && root.nodes("name").map(\.text) == [plan.name]
            && root.nodes("bridge").map { $0["name"] } == [plan.bridge] && hosts == plan.pool
            && root.nodes("ip").map { $0["address"] } == [plan.address] + [plan.address6].compactMap { $0 }
            && root.nodes("ip").compactMap { $0["netmask"] } == [plan.netmask]
        if !isOurs { throw unsafe(root.line, "name, bridge, address or pool are not the plan's") }
    }

    private func unsafe(_ line: Int, _ detail: String) -> BulkheadError {
        BulkheadError(
            .templateUnsafe, "template \(file.name), line \(line)", detail,
            remedy: "take Bulkhead's own network.xml, or libvirt's network by name")
    }
}
