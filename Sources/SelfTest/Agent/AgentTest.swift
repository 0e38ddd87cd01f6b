import Glibc
import Isolation
import VMIsolation

/// Has an agent run two executors, of which one tries to pass for the other, and to speak to the agent as operators do.
struct AgentTest: Sendable {
    /// What takes the walls away.
    struct Weakness: Sendable {
        /// A token that the attacker may use in place of all others, as the other executor.
        var token: @Sendable (_ work: String) async throws -> String
        /// Done before what counts is tried.
        var network: @Sendable (_ work: String) async throws -> Void
    }

    let engine: Engine
    let image: String
    let programs: AgentPrograms

    static func notTried(_ why: String) -> [Finding] {
        TokenProbe.all.map { Finding($0.id, .agent, $0.tried, to: "executors' interface", .notTried, why) }
            + OperatorProbe.all.map { Finding($0.id, .agent, "ask the agent: \($0.question)", to: "", .notTried, why) }
    }

    /// - Throws: ``BulkheadError`` where an executor does not do what it is told to.
    func run(_ weakness: Weakness? = nil) async throws -> [Finding] {
        for program in [programs.agent, programs.bulkhead] where access(program, X_OK) != 0 {
            return Self.notTried("\(program) is not installed")
        }
        let agent: TrialAgent
        do { agent = try await TrialAgent.start(programs, for: engine, image: image) } catch let error as BulkheadError {
            return Self.notTried(error.detail)
        }
        let result: Result<[Finding], any Error>
        do { result = .success(try await tryAll(agent, weakness)) } catch { result = .failure(error) }
        try await agent.end()
        do { return try result.get() } catch let error as BulkheadError where error.reason == .commandNotStarted {
            return Self.notTried(error.detail)
        }
    }

    private func tryAll(_ agent: TrialAgent, _ weakness: Weakness?) async throws -> [Finding] {
        try await agent.launch(AgentScript.other, AgentScript.idler)
        let script = AgentScript(
            stolen: try await weakness?.token(agent.work), operatorPort: agent.operators.port,
            addresses: Array(HostSockets.ownAddresses.prefix(5)))
        try await agent.launch(AgentScript.attacker, script.attack)
        for name in [AgentScript.other, AgentScript.attacker] {
            _ = try await line("\(name) subscribed ", of: agent)
        }
        try await weakness?.network(agent.work)
        // What was under way by now does not count.
        var round = agent.lines.count { $0.hasPrefix("round ") && $0.hasSuffix(" over") } + (weakness == nil ? 1 : 2)
        var answers = try await answers(in: round, of: agent)
        // A busy host gives a guest little time.
        for _ in 0..<3 where !AgentScript.awaited.allSatisfy({ answers[$0] != 0 }) {
            round += 1
            answers = try await self.answers(in: round, of: agent)
        }
        return await findings(agent, answers)
    }

    /// Waits for the line that begins so.
    private func line(_ start: String, of agent: TrialAgent) async throws -> Substring {
        let end = ContinuousClock.now + .seconds(90)
        while ContinuousClock.now < end {
            if let line = agent.lines.first(where: { $0.hasPrefix(start) }) { return line }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BulkheadError(
            .commandNotStarted, "executor of the self-test",
            "it did not say “\(start)”: its image needs sh, nc, base64 and ip", remedy: "see its image",
            evidence: agent.log)
    }

    /// Statuses by probe and place; 0 where there was no answer.
    private func answers(in round: Int, of agent: TrialAgent) async throws -> [String: Int] {
        _ = try await line("round \(round) over", of: agent)
        let start = "round \(round) "
        var answers: [String: Int] = [:]
        for line in agent.lines where line.hasPrefix(start) {
            let parts = line.dropFirst(start.count).split(separator: " HTTP/", maxSplits: 1)
            let name = parts.first.map { String($0.hasSuffix(" ") ? $0.dropLast() : $0) } ?? ""
            answers[name] = parts.count == 2 ? HostHTTP.status(of: "HTTP/" + parts[1]) ?? 0 : 0
        }
        return answers
    }

    private func findings(_ agent: TrialAgent, _ answers: [String: Int]) async -> [Finding] {
        var replies: [Bool] = []
        for probe in OperatorProbe.all {
            let status = await agent.operators.ask(probe.question, json: probe.json)?.status
            replies.append(status == probe.status)
        }
        let (own, other) = (await agent.history(of: AgentScript.attacker), await agent.history(of: AgentScript.other))
        let stream = agent.lines.first { $0.hasPrefix("\(AgentScript.attacker) subscribed ") } ?? ""
        let isReached = answers[AgentScript.own] == 202
        let controls = [
            Finding(
                control: "control-executor", "an executor asks for its own events", to: "executors' interface",
                works: stream.contains(" 200 "), "answered"),
            Finding(
                control: "control-update", "an executor sends its own update", to: "executors' interface",
                works: isReached && own.contains("honest"), "its task's history has it"),
            Finding(
                control: "control-operator", "the host asks the agent all that the guest does",
                to: "127.0.0.1:\(agent.operators.port)", works: replies.allSatisfy { $0 }, "\(replies.count) answers"),
        ]
        return controls
            + TokenProbe.all.map { $0.finding(answers[$0.id], isTaken: other.contains("through-\($0.id)")) }
            + OperatorProbe.all.map { probe in
                let own = answers.filter { $0.key.hasPrefix(probe.id + " ") }
                let places = own.map { (String($0.key.dropFirst(probe.id.count + 1)), $0.value) }
                return probe.finding(
                    Dictionary(places) { $1 }, executorPort: agent.executorPort, isReached: isReached)
            }
    }
}
