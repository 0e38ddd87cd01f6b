import Agent
import Foundation
import Isolation
import Mesos

/// What the flags say of the master.
struct MasterSettings {
    let detector: any MasterDetector
    var options = MasterOptions()
    private let host: String
    private let port: Int?

    /// - Returns: nil without `--master`.
    /// - Throws: ``BulkheadError`` with `badOption` or `fileUnreadable`.
    init?(_ flags: FlagValues, at address: AgentServer.Address) throws(BulkheadError) {
        guard let master = flags["master"] else {
            for name in ["credential", "advertise_ip", "advertise_port", "domain"] where flags.isGiven(name) {
                throw FlagValues.bad("--\(name)", "there is no master", "give --master as well, or leave it out")
            }
            return nil
        }
        guard case .tcp(let own, _) = address else {
            throw FlagValues.bad("--http_socket", "a master cannot reach a Unix socket", "serve at --ip and --port")
        }
        host = flags["advertise_ip"] ?? own
        port = flags.isGiven("advertise_port") ? flags.integer("advertise_port") : nil
        guard UPID("slave(1)@\(host):0") != nil, host != "0.0.0.0" else {
            let name = flags.isGiven("advertise_ip") ? "advertise_ip" : "ip"
            throw FlagValues.bad(
                "--\(name) \(host)", "a master cannot reach us there", "give --advertise_ip, an IPv4 address of this host")
        }
        do {
            detector = try masterDetector(for: master, sessionTimeout: flags.duration("zk_session_timeout"))
        } catch { throw BulkheadError(.badOption, "--\(error.subject)", error.why, remedy: error.remedy) }
        options.registrationBackoff = flags.duration("registration_backoff_factor")
        options.authenticationBackoff = flags.duration("authentication_backoff_factor")
        options.longestAuthenticationTimeout = flags.duration("authentication_timeout_max")
        options.needsPeerAddress = flags.isTrue("require_peer_address_ip_match")
        options.reconfiguration = Reconfiguration(rawValue: flags["reconfiguration_policy"] ?? "") ?? .equal
        options.credential = try flags["credential"].map(Self.credential)
    }

    /// - Parameter served: where the agent serves, with the port that was found.
    func own(_ served: AgentServer.Address) -> UPID {
        guard case .tcp(_, let found) = served else { return UPID(id: MasterLink.process, host: host, port: 0) }
        return UPID(id: MasterLink.process, host: host, port: port ?? found)
    }

    private static func credential(_ path: String) throws(BulkheadError) -> MesosCredential {
        let path = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BulkheadError(
                .fileUnreadable, "--credential “\(path)”", "it cannot be read", remedy: "see its permissions")
        }
        do { return try MesosCredential(parsing: Array(data)) } catch {
            throw FlagValues.bad(
                "--credential “\(path)”", "\(error)", "write {\"principal\": \"NAME\", \"secret\": \"SECRET\"}")
        }
    }
}
