import ArgumentParser
import Foundation
import HostSetup
import Isolation

/// Which agent a command is for.
struct AgentOptions: ParsableArguments {
    @Option(help: "The agent: http://HOST:PORT or unix:/PATH. Else BULKHEAD_AGENT, else \(AgentAddress.standard).")
    var agent: String?

    @Option(help: "JSON file with “principal” and “secret”, or an agent's --http_credentials. Else BULKHEAD_CREDENTIALS.")
    var credentials: String?

    /// Nil where none was named: `ps` lists the containers of this host then.
    func namedClient() async throws -> AgentClient? {
        let settings = try Settings()
        guard let address = agent ?? settings.text("agent") else { return nil }
        return try client(address, settings)
    }

    func client() async throws -> AgentClient {
        let settings = try Settings()
        return try client(agent ?? settings.text("agent") ?? AgentAddress.standard, settings)
    }

    private func client(_ address: String, _ settings: Settings) throws -> AgentClient {
        let pair = try (credentials ?? settings.text("credentials")).map { try AgentCredential(file: $0) }
        return AgentClient(address: try AgentAddress(address), authorization: pair?.authorization)
    }
}

/// A name and its secret.
struct AgentCredential: Decodable {
    private struct List: Decodable { var credentials: [AgentCredential] }

    var principal: String
    var secret: String

    /// - Throws: ``BulkheadError`` with `fileUnreadable` or `badOption`. The file's words are in no error.
    init(file path: String) throws(BulkheadError) {
        let subject = "--credentials “\(path)”"
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw BulkheadError(
                .fileUnreadable, subject, "it cannot be read", remedy: "give a file that you can read")
        }
        let decoder = JSONDecoder()
        let found =
            (try? decoder.decode(AgentCredential.self, from: data))
            ?? (try? decoder.decode(List.self, from: data))?.credentials.first
        guard let found, !found.principal.isEmpty, !found.secret.isEmpty, !found.principal.contains(":") else {
            throw BulkheadError(
                .badOption, subject, "it does not hold a name and a secret",
                remedy: "write {\"principal\":\"ops\",\"secret\":\"…\"}")
        }
        self = found
    }

    var authorization: String { "Basic " + Data("\(principal):\(secret)".utf8).base64EncodedString() }
}
