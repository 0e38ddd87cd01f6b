import Glibc
import HostIsolation
import Isolation

/// The kernel's packet filter, nftables, by its program `nft`.
struct PacketFilter: Sendable {
    /// Families that we have tables in.
    enum Family: String, CaseIterable, Sendable { case bridge, inet }

    /// A script in one run takes milliseconds.
    var tool = HostTool("nft", of: "nftables", deadline: .seconds(20))

    /// Whether this process may use it: CAP_NET_ADMIN is in effect.
    static var isAllowed: Bool {
        ProcessStatus(of: getpid())?.has(.netAdmin, in: "CapEff") ?? false
    }

    /// Takes a script in whole, or not at all.
    func load(_ script: String, for table: String) async throws(BulkheadError) {
        let (isFine, _, errors) = try await run(["-f", "-"], script)
        guard isFine else { throw refused(table, errors) }
    }

    /// A table's chains and rules, without what its sets hold; nil where there is no such table.
    func rules(of table: String, _ family: Family) async throws(BulkheadError) -> String? {
        let (isFine, output, errors) = try await run(["-t", "list", "table", family.rawValue, table])
        if isFine { return output }
        guard errors.contains("No such file or directory") else { throw refused(table, errors) }
        return nil
    }

    /// All rules of this host, without what sets hold.
    func ruleset() async throws(BulkheadError) -> HostRules {
        let (isFine, output, errors) = try await run(["-t", "list", "ruleset"])
        guard isFine else { throw refused("", errors) }
        return HostRules(output)
    }

    /// Names of all tables of our families.
    func tables() async throws(BulkheadError) -> Set<String> {
        let (isFine, output, errors) = try await run(["list", "tables"])
        guard isFine else { throw refused("", errors) }
        let lines = output.split(separator: "\n").map { $0.split(separator: " ") }
        return Set(
            lines.filter { $0.count == 3 && Family(rawValue: String($0[1])) != nil }.map { String($0[2]) })
    }

    /// One that is gone already is fine.
    func remove(_ table: String) async throws(BulkheadError) {
        let words = Family.allCases.map { "table \($0.rawValue) \(table)\ndelete table \($0.rawValue) \(table)\n" }
        try await load(words.joined(), for: table)
    }

    private func run(
        _ arguments: [String], _ input: String = ""
    ) async throws(BulkheadError) -> (isFine: Bool, output: String, errors: String) {
        do {
            let end = try await tool.run(arguments, input: input)
            return (end.isFine, end.output, end.errors)
        } catch let error as BulkheadError { throw error } catch {
            throw BulkheadError(.toolFailed, "nft", "it was ended with what it was for", remedy: "try again")
        }
    }

    private func refused(_ table: String, _ errors: String) -> BulkheadError {
        let lines = errors.split(separator: "\n").map(String.init)
        return BulkheadError(
            .wallRefused, "nftables table \(table)", lines.first ?? "nft did not say why",
            remedy: Self.isAllowed
                ? "guests start only behind their walls: the kernel needs nf_tables with the families bridge and inet"
                : "guests start only behind their walls: run as root or with CAP_NET_ADMIN",
            evidence: Array(lines.dropFirst().prefix(10)))
    }
}
