/// A call to the executors' interface that the agent must not take.
struct TokenProbe: Sendable {
    enum Proof: Sendable {
        case own, none
        /// The other executor's claims under a signature that the attacker has: its own.
        case forged
        /// The same without one, by an algorithm that needs none.
        case unsigned
    }

    var id: String
    var tried: String
    var proof = Proof.own
    /// Else for the caller's own executor, with the other one's task.
    var isForOther = true
    var isSubscription = false

    static let all: [TokenProbe] = [
        .init(id: "executor-stream", tried: "ask for another executor's events", isSubscription: true),
        .init(id: "executor-update", tried: "send another executor's update"),
        .init(id: "executor-task", tried: "send an update of another executor's task as one's own", isForOther: false),
        .init(id: "executor-no-token", tried: "send another executor's update without a token", proof: .none),
        .init(
            id: "executor-forged-token", tried: "send another executor's update, with a forged token", proof: .forged),
        .init(
            id: "executor-unsigned-token", tried: "send another executor's update, with a token that is not signed",
            proof: .unsigned),
    ]

    /// - Parameters:
    ///   - status: of the answer; 0 without one, nil where nobody asked.
    ///   - isTaken: the other task's history has the update.
    func finding(_ status: Int?, isTaken: Bool) -> Finding {
        func finding(_ verdict: Finding.Verdict, _ evidence: String) -> Finding {
            Finding(id, .agent, tried, to: "executors' interface", verdict, evidence)
        }
        if isTaken { return finding(.breach, "the other task's history has it") }
        switch status {
        case 200?, 202?:
            return isForOther ? finding(.breach, "the agent took it") : finding(.held, "the agent dropped it")
        case 401?, 403?: return finding(.held, "refused: \(status ?? 0)")
        case 0?, nil: return finding(.notTried, "there was no answer")
        case let status?: return finding(.notTried, "the agent answered \(status)")
        }
    }
}
