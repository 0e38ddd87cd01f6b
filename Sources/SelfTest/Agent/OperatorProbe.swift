/// A question to the operators' interface.
struct OperatorProbe: Sendable {
    var id: String
    var question: String
    var json = ""
    /// What the agent answers who may ask it.
    var status = 200

    static let all: [OperatorProbe] = [
        .init(id: "operator-api", question: "POST /api/v1", json: #"{"type":"GET_HEALTH"}"#),
        .init(id: "operator-state", question: "GET /state"),
        .init(id: "operator-tasks", question: "GET /bulkhead/v1/tasks"),
        .init(id: "operator-metrics", question: "GET /metrics/snapshot"),
        .init(id: "operator-files", question: "GET /files/browse?path=/", status: 404),
    ]

    /// - Parameters:
    ///   - answers: statuses by place; 0 without one.
    ///   - executorPort: nothing is known of such paths there.
    ///   - isReached: something of the agent answered this very guest, at the same time.
    func finding(_ answers: [String: Int], executorPort: UInt16, isReached: Bool) -> Finding {
        let through = answers.filter { place, status in
            status != 0 && !(status == 404 && place.hasSuffix(":\(executorPort)"))
        }.keys.sorted()
        let (verdict, evidence): (Finding.Verdict, String) =
            if !through.isEmpty {
                (.breach, "answered at \(through.joined(separator: ", "))")
            } else if isReached, !answers.isEmpty {
                (.held, "\(answers.count) places, no answer")
            } else {
                (.notTried, "the agent answers this guest nowhere")
            }
        return Finding(
            id, .agent, "ask the agent: \(question)", to: answers.keys.sorted().joined(separator: ", "), verdict, evidence)
    }
}
