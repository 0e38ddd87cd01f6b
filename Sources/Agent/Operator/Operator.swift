public import Isolation
import Mesos
import Synchronization

/// What the operator interface shows and acts on. One for each agent; its endpoints share it.
public final class Operator: Sendable {
    private let known: Mutex<AgentDescription>
    public let containerizer: Containerizer
    let places: StateDirectory
    let executors: Executors
    let nested: NestedContainers
    public let metrics: AgentMetrics
    let logging: any LogLevels
    /// The image of a container that names none, and of one that does.
    let image: @Sendable (String?) throws(BulkheadError) -> String
    private let recovered = Mutex(false)

    /// - Parameter image: what the launcher calls the image of that name; nil asks for the default one.
    public init(
        _ description: AgentDescription, executors: Executors, places: StateDirectory,
        metrics: AgentMetrics, logging: any LogLevels,
        image: @escaping @Sendable (String?) throws(BulkheadError) -> String
    ) {
        known = Mutex(description)
        containerizer = executors.containerizer
        self.places = places
        self.executors = executors
        let place = executors.place
        nested = NestedContainers(containerizer, places: places) { place.sandbox(of: $0) }
        self.metrics = metrics
        self.logging = logging
        self.image = image
    }

    var health: LaunchHealth { executors.options.health }
    var description: AgentDescription {
        var description = known.withLock { $0 }
        // A master may have given another.
        description.info.id = executors.agent.id
        return description
    }

    /// Where it is served, with the port that was found.
    public func isServed(at address: AgentServer.Address) {
        known.withLock { known in
            known.pid = "slave(1)@\(address)"
            if case .tcp(_, let port) = address { known.info.port = Int32(port) }
        }
    }

    /// Until then calls are answered with 503.
    public func hasRecovered() { recovered.withLock { $0 = true } }
    var isRecovered: Bool { recovered.withLock { $0 } }

    /// 200 without a word, or 503 with the reason's.
    var healthAnswer: HTTPAnswer {
        health.complaint.map { HTTPAnswer(status: 503, text: $0 + "\n") } ?? HTTPAnswer(status: 200)
    }

    /// All endpoints of operators and tools.
    ///
    /// - Parameters:
    ///   - realm: who may read and act; `/health` and `/version` are for everybody.
    public func add(to routes: inout Routes, guardedBy credentials: Credentials?) {
        func guarded(_ handler: any HTTPHandler) -> any HTTPHandler {
            credentials.map { Authenticated(handler, by: $0) } ?? handler
        }
        routes.add("/api/v1", guarded(OperatorEndpoint(self)))
        for (path, show) in OlderEndpoint.all + OlderEndpoint.files {
            routes.add(path, only: "GET", guarded(OlderEndpoint(self, show)))
        }
        routes.add("/health", only: "GET", OlderEndpoint(self) { agent, _ in agent.healthAnswer })
        routes.add("/version", only: "GET", OlderEndpoint(self) { HTTPAnswer(.raw(try $0.versionJSON()), for: $1) })
    }
}

/// How much is logged. Mesos' level 0 is what the agent was started with; 1 and above say more.
public protocol LogLevels: Sendable {
    var level: UInt32 { get }
    /// - Parameter duration: after which the former level comes back.
    func set(_ level: UInt32, for duration: Duration)
}
