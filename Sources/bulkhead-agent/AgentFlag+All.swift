import Agent
import Isolation

extension AgentFlag {
    private static let day = Duration.seconds(86400)
    private static let some = Duration.milliseconds(1)...day * 365
    private static let any = Duration.zero...day * 365

    /// In the order of their table. Names are Mesos' where it has such a flag.
    static let all: [AgentFlag] = place + served + master + machines + executors + sandboxes + host + budgets

    private static let place = [
        AgentFlag(
            "work_dir", "PATH", "ledger, containers and sandboxes; must be given, and outlive a boot of the host"),
        AgentFlag(
            "config", "PATH", default: "/etc/bulkhead/config.json",
            "JSON file for whatever neither command line nor environment gives; one that is named must exist"),
        AgentFlag(
            "isolation", "LIST", default: "vm",
            "`vm`, `process`, `external:/PATH/TO/PROGRAM` or isolators; [isolators](isolators/README.md)"),
    ]

    private static let served = [
        AgentFlag(
            "ip", "ADDRESS", default: "127.0.0.1",
            "address to serve at; one that is not loopback needs `http_credentials`"),
        AgentFlag("port", "NUMBER", default: "5051", "port to serve at; 0 takes any that is free"),
        AgentFlag(
            "http_socket", "PATH",
            "serve at a Unix socket, for the agent's own user; instead of `ip` and `port`, which are refused beside it"),
        AgentFlag(
            "http_credentials", "PATH",
            "JSON file `{\"credentials\":[{\"principal\":…,\"secret\":…}]}`; with it every call but `/health` and "
                + "`/version` needs HTTP basic authentication"),
        AgentFlag("hostname", "NAME", "name to be known by; the host's own by default"),
        AgentFlag(
            "resources", "LIST",
            "what is shown as this host's, such as `cpus:4;mem:8192;disk:20000` (MiB); what is left out is found out"),
        AgentFlag("attributes", "LIST", "shown to tools, such as `rack:r7;generation:2`"),
    ]

    private static let master = [
        AgentFlag(
            "master", "MASTER",
            "whose tasks to run: `HOST:PORT`, `zk://HOST:PORT,…/PATH`, or `file://PATH` of a file that holds one of them; "
                + "[cluster](cluster.md)"),
        AgentFlag(
            "credential", "PATH", "file `{\"principal\":…,\"secret\":…}` that proves to the master who this agent is"),
        AgentFlag(
            "advertise_ip", "ADDRESS", "where the master reaches this agent, where that is not `ip`; IPv4"),
        AgentFlag("advertise_port", "NUMBER", as: .integer(1...65535), "the same for `port`"),
        AgentFlag("domain", "JSON", "DomainInfo: the region and zone of this host"),
        AgentFlag(
            "reconfiguration_policy", "POLICY", default: "equal", as: .choice(Reconfiguration.allCases.map { $0.rawValue }),
            "what may have changed since the agent registered, where tasks of it go on: nothing, or what is `additive`"),
        AgentFlag(
            "registration_backoff_factor", "TIME", default: "1secs", as: .duration(some),
            "the first registration is tried within this time; further ones within twice the time before, at most 1mins"),
        AgentFlag(
            "authentication_backoff_factor", "TIME", default: "1secs", as: .duration(some),
            "the first attempt may take 5secs and up to twice this; each further one longer"),
        AgentFlag(
            "authentication_timeout_max", "TIME", default: "1mins", as: .duration(some), "what an attempt may take at most"),
        AgentFlag(
            "zk_session_timeout", "TIME", default: "10secs", as: .duration(.seconds(1) ... .seconds(600)),
            "how long ZooKeeper may be out of reach before there is no master any more"),
        AgentFlag(
            "require_peer_address_ip_match", "BOOL", default: "true", as: .boolean,
            "a master's messages must come from its own address; not so behind address translation"),
    ]

    private static let machines = [
        AgentFlag(
            "vm_image", "NAME", default: "default",
            "image of containers that name none: one of the store, or a path with a “/”"),
        AgentFlag("vm_template", "PATH", "domain template; [templates](templates.md)"),
        AgentFlag("vm_network", "NAME", "libvirt network; by default one of our own without a way out"),
        AgentFlag("vm_accel", "NAME", default: "auto", "`auto`, `kvm` or `tcg`"),
        AgentFlag(
            "egress", "POLICY", default: "none",
            "what containers may reach that ask for nothing: `none`, or `nat`, `dns` and destinations such as "
                + "`192.0.2.0/24:443`, separated by commas; [network](isolators/network.md#ways-out)"),
        AgentFlag(
            "egress_limit", "POLICY",
            "the most that a container may ask for, by the label `bulkhead.egress`; what `egress` says by default"),
        AgentFlag(
            "disk_rate", "SIZE", as: .size(least: .kibibytes(4)),
            "what each container may read and write each second, all its disks together, in MiB or with a unit; not limited "
                + "by default"),
        AgentFlag(
            "disk_iops", "NUMBER", as: .integer(1...1_000_000_000),
            "how often each container may read and write each second, all its disks together"),
        AgentFlag(
            "network_rate", "SIZE", as: .size(least: .kibibytes(1)),
            "what each container may send each second, and as much receive, in MiB or with a unit"),
        AgentFlag(
            "wall_check_interval", "TIME", default: "10secs", as: .duration(.milliseconds(100)...day),
            "how often the rules are looked at that keep guests in, and set anew where they are gone"),
    ]

    private static let executors = [
        AgentFlag(
            "executor_registration_timeout", "TIME", default: "1mins", as: .duration(some),
            "from an executor's launch, image and boot included, to its SUBSCRIBE; then its container is destroyed"),
        AgentFlag(
            "executor_reregistration_timeout", "TIME", default: "10secs",
            as: .duration(.milliseconds(1) ... .seconds(15 * 60)),
            "how long executors have to subscribe again after a restart of the agent"),
        AgentFlag(
            "executor_shutdown_grace_period", "TIME", default: "5secs", as: .duration(any),
            "from SHUTDOWN to the end of the container, where the executor names no time of its own"),
        AgentFlag(
            "recovery_timeout", "TIME", default: "15mins", as: .duration(some),
            "how long an executor goes on without the agent"),
        AgentFlag(
            "recover", "WAY", default: "reconnect", as: .choice(["reconnect", "cleanup"]),
            "at the start: `reconnect` to what runs, or `cleanup`: destroy it and end"),
        AgentFlag(
            "strict", "BOOL", default: "true", as: .boolean,
            "a record of the agent's store that cannot be read ends the start; with `--no-strict` it is left out"),
        AgentFlag(
            "executor_environment_variables", "JSON", isSecret: true,
            "object of strings that every executor gets in its environment; its own win. Shown by no call"),
        AgentFlag(
            "default_container_info", "JSON", "ContainerInfo of executors and command tasks that bring none"),
        AgentFlag(
            "authenticate_http_executors", "BOOL", default: "true", as: .boolean,
            "executors must bring their token; with `--no-authenticate_http_executors` one that knows of none is known by "
                + "its container's address, [which a hostile guest can forge](threat-model.md)"),
        AgentFlag(
            "jwt_secret_key", "PATH",
            "file of 32 random bytes, mode 0600, that signs the executors' tokens, made where there is none; by default "
                + "`executor-secret` in `work_dir`"),
        AgentFlag(
            "max_completed_executors_per_framework", "NUMBER", default: "150", as: .integer(0...100_000),
            "how many executors that have ended are remembered, with their tasks"),
    ]

    private static let sandboxes = [
        AgentFlag(
            "gc_delay", "TIME", default: "1weeks", as: .duration(any),
            "how long a sandbox is kept after its container's end, while there is space; [agent](agent.md#sandboxes)"),
        AgentFlag(
            "gc_disk_headroom", "PART", default: "0.1", as: .number(0...1),
            "part of the disk that is to be free: the less is, the shorter sandboxes are kept"),
        AgentFlag(
            "disk_watch_interval", "TIME", default: "1mins", as: .duration(.milliseconds(10)...day),
            "how often the disk is looked at"),
    ]

    private static let host = [
        AgentFlag(
            "launch_failure_limit", "NUMBER", default: "5", as: .integer(0...1000),
            "so many launches in a row that fail for the host's reasons make the agent unhealthy; 0 never; "
                + "[agent](agent.md#health)"),
        AgentFlag(
            "launch_failure_backoff", "TIME", default: "1mins", as: .duration(any),
            "how long an unhealthy agent then refuses launches"),
        AgentFlag("drain", "BOOL", default: "false", as: .boolean, "SIGTERM ends all containers before the agent"),
        AgentFlag(
            "drain_timeout", "TIME", default: "5mins", as: .duration(some),
            "how long that may take; what runs then is destroyed at once. Needs `drain`, or `recover=cleanup`"),
        AgentFlag(
            "logging_level", "LEVEL", default: "INFO", "least that is logged: `INFO`, `WARNING` or `ERROR`"),
    ]

    /// The same keys and variables as `bulkhead run` has.
    private static let budgets = LaunchStage.allCases.filter { $0 != .run }.map { stage in
        AgentFlag(
            "budget_" + stage.rawValue.map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined(), "SECONDS",
            default: LaunchBudgets().stages[stage].map { "\($0.components.seconds)" }, as: .number(0.001...86400),
            key: "budget.\(stage.rawValue)",
            "what the stage `\(stage.rawValue)` of a launch may take; [launch](launch.md)")
    }
}
