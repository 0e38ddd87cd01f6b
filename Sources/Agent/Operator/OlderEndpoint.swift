import Mesos

/// One of the endpoints that Mesos had before its v1 interface; the web interface and tools read them.
struct OlderEndpoint: HTTPHandler {
    typealias Show = @Sendable (Operator, HTTPCall) async throws -> HTTPAnswer

    static let all: [(String, Show)] = [
        ("/flags", { HTTPAnswer(.object([("flags", $0.flagsJSON)]), for: $1) }),
        ("/state", { $0.isRecovered ? HTTPAnswer(await $0.stateJSON(), for: $1) : notRecovered }),
        ("/containers", { HTTPAnswer(await $0.containersJSON($1.query["container_id"]), for: $1) }),
        ("/monitor/statistics", { HTTPAnswer(await $0.statisticsJSON(), for: $1) }),
        ("/metrics/snapshot", {
            HTTPAnswer(.object(await $0.metricValues().map { ($0.name, .number($0.value)) }), for: $1)
        }),
        ("/metrics", { agent, _ in
            HTTPAnswer(
                status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                body: .bytes(await agent.prometheusText()))
        }),
    ]

    private static let notRecovered = HTTPAnswer(status: 503, text: "Agent has not finished recovery\n")
    private let agent: Operator
    private let show: Show

    init(_ agent: Operator, _ show: @escaping Show) {
        self.agent = agent
        self.show = show
    }

    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        do { return try await show(agent, call) } catch let refusal as Refusal {
            return refusal.answer
        } catch { return HTTPAnswer(status: 500, text: "\(error)\n") }
    }
}
