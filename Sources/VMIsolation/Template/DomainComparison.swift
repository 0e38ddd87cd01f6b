import Isolation

/// Holds a domain's XML against the plan: identity, sizes, disks, network, boot and console must be exactly the plan's,
/// in a template's output and in what libvirt kept alike.
struct DomainComparison {
    let plan: DomainPlan
    private let document: DomainDocument
    var differences: [DomainDifference] = []

    static func differences(between plan: DomainPlan, and document: DomainDocument) -> [DomainDifference] {
        var comparison = DomainComparison(plan: plan, document: document)
        comparison.identity()
        comparison.sizes()
        comparison.boot()
        comparison.seed()
        comparison.disks()
        comparison.interfaces()
        comparison.console()
        comparison.monitorUser()
        return comparison.differences
    }

    private init(plan: DomainPlan, document: DomainDocument) {
        self.plan = plan
        self.document = document
    }

    var root: DomainDocument.Node { document.root }

    /// Notes a difference; nil stands for “not there”.
    mutating func expect(_ item: String, _ expected: String?, _ found: String?, line: Int) {
        guard expected != found else { return }
        differences.append(
            DomainDifference(line: line, item: item, expected: quoted(expected), found: quoted(found)))
    }

    mutating func expect(_ item: String, _ expected: Int, _ found: Int, line: Int) {
        guard expected != found else { return }
        differences.append(DomainDifference(line: line, item: item, expected: "\(expected)", found: "\(found)"))
    }

    private func quoted(_ text: String?) -> String { text.map { "“\($0)”" } ?? "nothing" }

    /// The single element at a path; none or a second one is a difference.
    mutating func single(_ path: String, in parent: DomainDocument.Node) -> DomainDocument.Node? {
        let found = parent.nodes(path)
        if found.count != 1 {
            let line = found.count > 1 ? found[1].line : parent.line
            expect("number of <\(path)>", 1, found.count, line: line)
        }
        return found.first
    }

    mutating func text(_ path: String, _ expected: String, normalized: (String) -> String = { $0 }) {
        guard let node = single(path, in: root) else { return }
        expect(path, expected, normalized(node.text), line: node.line)
    }

    private mutating func identity() {
        expect("root element", "domain", root.name, line: root.line)
        expect("domain type", plan.libvirtType, root["type"], line: root.line)
        text("name", plan.name)
        text("uuid", plan.uuidText) { $0.trimmedAll.lowercased() }
        let metadata = root.nodes("metadata")
        let ours = metadata.flatMap(\.children).filter { $0.namespace == DomainPlan.metadataNamespace }
        let line = ours.last?.line ?? metadata.first?.line ?? root.line
        expect("number of <bulkhead:container>", 1, ours.count, line: line)
        guard let mark = ours.first else { return }
        expect("metadata element", "container", mark.name, line: mark.line)
        let expected = [
            "owner": plan.owner.owner, "id": plan.owner.container.description, "created": "\(plan.owner.created)",
            "template": plan.owner.templateDigest,
        ]
        for (key, value) in expected.sorted(by: { $0.key < $1.key }) {
            expect("metadata \(key)", value, mark[key], line: mark.line)
        }
    }

    private mutating func sizes() {
        for path in ["memory", "currentMemory"] {
            guard let node = single(path, in: root) else { continue }
            let bytes = LibvirtSize.bytes(node.text, unit: node["unit"])
            let expected = "\(plan.memory.kibibytes) KiB"
            expect(path, expected, bytes.map { $0 % 1024 == 0 ? "\($0 / 1024) KiB" : "\($0) bytes" }, line: node.line)
        }
        text("vcpu", "\(plan.cpu.virtualCPUs)") { $0.trimmedAll }
        for node in root.nodes("vcpu") where node["current"] != nil {
            expect("vcpu current", "\(plan.cpu.virtualCPUs)", node["current"], line: node.line)
        }
        text("cputune/shares", "\(plan.cpu.shares)") { $0.trimmedAll }
        text("cputune/period", "\(plan.cpu.period)") { $0.trimmedAll }
        text("cputune/quota", "\(plan.cpu.quota)") { $0.trimmedAll }
    }
}

extension String {
    /// libvirt writes repeated slashes of some paths once. Source: `virFileSanitizePath`.
    var withoutRepeatedSlashes: String { replacing(/\/{2,}/, with: "/") }
    var trimmedAll: String { self[...].trimmed }
}
