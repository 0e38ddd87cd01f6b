import Isolation

/// Looks for what a template must not do. Pure: it touches neither files nor libvirt.
struct DomainLint: Sendable {
    /// Who wrote the XML: libvirt adds harmless things of its own to what it has taken.
    enum Origin: Sendable { case template, libvirt }

    let plan: DomainPlan
    let origin: Origin
    private var findings: [LintFinding] = []

    /// Everything that the policy does not allow, in the order of the lines.
    static func findings(
        in document: DomainDocument, plan: DomainPlan, policy: LintPolicy, origin: Origin
    ) -> [LintFinding] {
        var lint = DomainLint(plan: plan, origin: origin)
        lint.walk(document.root, path: "")
        for check in LintTable.checks {
            for node in document.nodes(check.path) {
                guard case .refused(let value) = check.test(node, lint) else { continue }
                lint.report(check.rule, check.path, value, line: node.line)
            }
        }
        lint.panic(document)
        return lint.findings.filter { !policy.allows($0) }.sorted { ($0.line, $0.path) < ($1.line, $1.path) }
    }

    private init(plan: DomainPlan, origin: Origin) {
        self.plan = plan
        self.origin = origin
    }

    private mutating func report(_ rule: LintRule, _ path: String, _ value: String?, line: Int) {
        findings.append(LintFinding(line: line, rule: rule, path: path.isEmpty ? "domain" : path, value: value))
    }

    private mutating func panic(_ document: DomainDocument) {
        guard document.node("devices/panic") == nil else { return }
        report(.panic, "devices/panic", nil, line: document.node("devices")?.line ?? document.root.line)
    }

    /// Elements and attributes, down to the leaves.
    private mutating func walk(_ node: DomainDocument.Node, path: String) {
        guard inOurNamespace(node, path) else { return }
        attributes(of: node, path)
        if node.name == "seclabel" { confinement(node, path) }
        var seen: Set<String> = []
        for child in node.children {
            let childPath = path.isEmpty ? child.name : "\(path)/\(child.name)"
            let isNew = seen.insert(child.name).inserted
            if !isNew, !DomainGrammar.repeated.contains(child.name), !DomainGrammar.lists.contains(path) {
                report(.duplicate, childPath, child.name, line: child.line)
            }
            if isKnown(child, at: path, childPath) { walk(child, path: childPath) }
        }
    }

    private mutating func isKnown(_ child: DomainDocument.Node, at path: String, _ childPath: String) -> Bool {
        guard child.namespace.isEmpty, let known = DomainGrammar.children[path], !known.contains(child.name) else {
            return true
        }
        if origin == .libvirt {
            if DomainGrammar.addedChildren[path]?.contains(child.name) ?? false { return true }
            if childPath == "memtune", isOurLimit(child) { return true }
        }
        let rule = DomainGrammar.rule(for: childPath)
        report(rule, childPath, value(of: child, for: rule, childPath), line: child.line)
        return false
    }

    /// The hard limit that we set on the started domain shows in its XML.
    private func isOurLimit(_ node: DomainDocument.Node) -> Bool {
        node.children.allSatisfy {
            $0.name == "hard_limit"
                && LibvirtSize.bytes($0.text, unit: $0["unit"]).map { $0 >> 10 } == plan.hardLimit.kibibytes
        }
    }

    /// What an exception may name: the shared directory, the channel's type, else the element.
    private func value(of node: DomainDocument.Node, for rule: LintRule, _ path: String) -> String? {
        switch rule {
        case .filesystem: node.node("source")?["dir"]
        case .element: path
        case .graphics, .tpm, .channel, .hostDevice: node["type"] ?? node.name
        default: node.name
        }
    }

    /// libvirt does not look into others' metadata; everywhere else another namespace is a way round our checks.
    private mutating func inOurNamespace(_ node: DomainDocument.Node, _ path: String) -> Bool {
        if path.hasPrefix("metadata/") { return false }
        guard !node.namespace.isEmpty else { return true }
        let isQEMU = node.namespace.hasPrefix("http://libvirt.org/schemas/domain/qemu/")
        report(isQEMU ? .qemuArguments : .foreignNamespace, path, node.namespace, line: node.line)
        return false
    }

    private mutating func attributes(of node: DomainDocument.Node, _ path: String) {
        for name in node.attributes.keys.sorted() {
            if name.contains(":") {
                report(.foreignNamespace, path, name, line: node.line)
                continue
            }
            guard let known = DomainGrammar.attributes[path], !known.contains(name) else { continue }
            if origin == .libvirt, DomainGrammar.addedAttributes[path]?.contains(name) ?? false { continue }
            report(.attribute, path, name, line: node.line)
        }
    }

    /// libvirt's own dynamic label, which it gives anyway, may be written down, and the planned user.
    private mutating func confinement(_ node: DomainDocument.Node, _ path: String) {
        if path == "seclabel", isPlannedUser(node) { return }
        let isDynamic = node["type"] == nil ? path != "seclabel" : node["type"] == "dynamic"
        if isDynamic, node["relabel"] != "no", node.node("baselabel") == nil { return }
        report(.confinement, path, node["type"] ?? node["relabel"].map { "relabel=\($0)" }, line: node.line)
    }

    private func isPlannedUser(_ node: DomainDocument.Node) -> Bool {
        guard let user = plan.monitorUser else { return false }
        return node.attributes == ["type": "static", "model": "dac", "relabel": "no"]
            && node.children.map(\.name) == ["label"] && node.children.first?.text == user
    }
}
