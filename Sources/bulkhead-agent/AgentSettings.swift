import Agent
import Foundation
import Glibc
import HostSetup
import Isolation
import Mesos
import SwiftProtobuf

/// What the flags say, checked.
struct AgentSettings {
    var flags: FlagValues
    var workDirectory: String
    var isolation: IsolationList
    var egress: EgressChoice
    /// Of each container.
    var rates: RateLimits
    var address: AgentServer.Address
    var credentials: Credentials?
    /// Nil for an agent of its own.
    var master: MasterSettings?
    var hostname: String
    var resources: [Mesos_V1_Resource]
    var attributes: [Mesos_V1_Attribute]
    var executorOptions: ExecutorOptions
    /// Of the file that signs the executors' tokens.
    var executorSecret: String
    var collection: CollectionOptions
    /// How long SIGTERM waits for containers to end; nil leaves them running.
    var drain: Duration?
    /// The same where the agent leaves its cluster.
    var drainTimeout: Duration
    /// Containers of a former process are ended instead of followed, within this time, and the agent with them.
    var cleanup: Duration?

    /// - Throws: ``BulkheadError`` with `badOption` or `fileUnreadable`.
    init(_ flags: FlagValues) throws(BulkheadError) {
        self.flags = flags
        guard let directory = flags["work_dir"] else {
            throw FlagValues.bad("--work_dir", "it is missing", "give a directory that outlives a boot of the host")
        }
        guard directory.hasPrefix("/") else {
            throw FlagValues.bad("--work_dir “\(directory)”", "it is no absolute path", "begin it with /")
        }
        workDirectory = directory
        isolation = try IsolationList(flags["isolation"] ?? "")
        if isolation.launcher != .vm {
            for name in ["vm_image", "vm_template", "vm_network", "vm_accel"]
            where flags[name] != AgentFlag.all.first(where: { $0.name == name })?.standard {
                throw FlagValues.bad("--\(name)", "there is no virtual machine with this --isolation", "leave it out")
            }
        }
        for (name, isolator) in [("disk_rate", "vm/disk"), ("disk_iops", "vm/disk"), ("network_rate", "vm/network")]
        where flags.isGiven(name) && !isolation.isolators.contains(isolator) {
            throw FlagValues.bad(
                "--\(name)", "it is \(isolator) that limits this, which --isolation does not name", "leave it out")
        }
        egress = try EgressChoice(flags, isolation)
        rates = RateLimits(
            diskBytesPerSecond: flags["disk_rate"].flatMap { Memory($0)?.bytes },
            diskOperationsPerSecond: flags["disk_iops"].flatMap { UInt64($0) },
            networkBytesPerSecond: flags["network_rate"].flatMap { Memory($0)?.bytes })
        credentials = try flags["http_credentials"].map { path throws(BulkheadError) in try Credentials(file: path) }
        address = try Self.address(flags, isGuarded: credentials != nil)
        master = try MasterSettings(flags, at: address)
        hostname = flags["hostname"] ?? ProcessInfo.processInfo.hostName
        resources = try AgentResources.resources(flags["resources"] ?? "", disk: directory, hasMachines: isolation.launcher == .vm)
        attributes = try AgentResources.attributes(flags["attributes"] ?? "")
        let domain = try flags["domain"].map(AgentResources.domain)
        executorOptions = try ExecutorOptions(
            flags,
            agent: .with { [hostname, resources, attributes] in
                ($0.hostname, $0.resources, $0.attributes) = (hostname, resources, attributes)
                if let domain { $0.domain = domain }
            })
        executorOptions.hasMaster = master != nil
        executorSecret = try Self.path("jwt_secret_key", flags) ?? directory + "/executor-secret"
        collection = CollectionOptions()
        collection.delay = flags.duration("gc_delay")
        collection.headroom = flags.number("gc_disk_headroom")
        collection.interval = flags.duration("disk_watch_interval")
        drainTimeout = flags.duration("drain_timeout")
        cleanup = flags["recover"] == "cleanup" ? flags.duration("drain_timeout") : nil
        drain = flags.isTrue("drain") ? flags.duration("drain_timeout") : nil
        if flags.isGiven("drain_timeout"), cleanup == nil, drain == nil, master == nil {
            throw FlagValues.bad("--drain_timeout", "nothing is drained", "give --drain as well, or leave it out")
        }
        _ = try flags.host.budgets()
    }

    private static func path(_ name: String, _ flags: FlagValues) throws(BulkheadError) -> String? {
        guard let path = flags[name] else { return nil }
        guard path.hasPrefix("/") else {
            throw FlagValues.bad("--\(name) “\(path)”", "it is no absolute path", "begin it with /")
        }
        return path
    }

    private static func address(_ flags: FlagValues, isGuarded: Bool) throws(BulkheadError) -> AgentServer.Address {
        if let path = flags["http_socket"] {
            for name in ["ip", "port"] where flags.isGiven(name) {
                throw FlagValues.bad("--\(name)", "--http_socket is served instead", "give one of them")
            }
            guard path.hasPrefix("/"), path.utf8.count <= 100 else {
                throw FlagValues.bad(
                    "--http_socket “\(path)”", "it is no absolute path of up to 100 bytes", "choose another place")
            }
            return .unix(path: path)
        }
        guard let text = flags["port"], let port = Int(text), 0...65535 ~= port else {
            throw FlagValues.bad("--port “\(flags["port"] ?? "")”", "it is no port", "give 0 to 65535")
        }
        let host = flags["ip"] ?? ""
        var (four, six) = (in_addr(), in6_addr())
        let isFour = inet_pton(AF_INET, host, &four) == 1
        guard isFour || inet_pton(AF_INET6, host, &six) == 1 else {
            throw FlagValues.bad("--ip “\(host)”", "it is no IP address", "give one of this host's, in digits")
        }
        let isLoopback = isFour ? UInt32(bigEndian: four.s_addr) >> 24 == 127 : host == "::1"
        guard isLoopback || isGuarded else {
            throw FlagValues.bad(
                "--ip \(host)", "whoever reaches this address could command the agent",
                "give --http_credentials as well, or serve at 127.0.0.1")
        }
        return .tcp(host: host, port: port)
    }
}

extension Credentials {
    private struct File: Decodable {
        struct Pair: Decodable {
            var principal: String
            var secret: String
        }
        var credentials: [Pair]
    }

    /// - Throws: ``BulkheadError`` with `fileUnreadable` or `badOption`. The file's words are in no error.
    init(file path: String) throws(BulkheadError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BulkheadError(
                .fileUnreadable, "--http_credentials “\(path)”", "it cannot be read", remedy: "see its permissions")
        }
        guard let file = try? JSONDecoder().decode(File.self, from: data), !file.credentials.isEmpty,
            file.credentials.allSatisfy({ !$0.principal.isEmpty && !$0.secret.isEmpty && !$0.principal.contains(":") })
        else {
            throw FlagValues.bad(
                "--http_credentials “\(path)”", "it does not hold names and secrets",
                "write {\"credentials\":[{\"principal\":\"ops\",\"secret\":\"…\"}]}")
        }
        self.init(Dictionary(file.credentials.map { ($0.principal, $0.secret) }) { $1 })
    }
}
