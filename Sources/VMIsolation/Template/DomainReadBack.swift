public import Isolation

/// Holds what libvirt kept of a domain against what we asked for.
public enum DomainReadBack {
    /// Everything of the plan must be there, and nothing that a template may not have. Addresses, aliases, controllers
    /// and the like, which libvirt adds itself, are fine.
    ///
    /// - Parameter xml: of the domain as it is defined (flag `VIR_DOMAIN_XML_INACTIVE`); a running one's serves too.
    /// - Throws: ``BulkheadError`` with `readBackMismatch`; its evidence has a line for everything found.
    public static func check(
        _ xml: String, against plan: DomainPlan, policy: LintPolicy = .strict
    ) throws(BulkheadError) {
        let document: DomainDocument
        do {
            document = try DomainDocument(xml)
        } catch {
            throw mismatch(plan, ["line \(error.line): \(error.detail)"])
        }
        let differences = DomainComparison.differences(between: plan, and: document)
        let findings = DomainLint.findings(in: document, plan: plan, policy: policy, origin: .libvirt)
        let evidence = differences.map(\.description) + findings.map(\.description)
        if !evidence.isEmpty { throw mismatch(plan, evidence) }
    }

    private static func mismatch(_ plan: DomainPlan, _ evidence: [String]) -> BulkheadError {
        BulkheadError(
            .readBackMismatch, "domain \(plan.name)",
            "libvirt kept other than what was asked: \(evidence.first ?? "")",
            remedy: "check the template, and libvirt's hooks on this host", evidence: evidence)
    }
}
