public import Isolation
import Logging
import Mesos

extension Executors {
    /// Ends every container: executors are asked first, and have their grace period; commands without one get SIGTERM. New
    /// tasks and containers are refused from now on. What is alive at the end of the time is destroyed.
    ///
    /// - Returns: the containers that could not even be destroyed.
    public func drain(within limit: Duration) async -> [ContainerID] {
        options.health.drain()
        let deadline = ContinuousClock.now + limit
        for executor in executors.values where executor.isOpen {
            executor.cause =
                executor.cause
                ?? Executor.Cause(state: .taskKilled, reason: .executorTerminated, message: "The agent is drained")
            shutDown(executor)
        }
        let containerizer = containerizer
        await withTaskGroup { group in
            for id in await living() where executors[id] == nil {
                group.addTask { await containerizer.signal(15, to: id) }
            }
        }
        while ContinuousClock.now < deadline {
            let isTold = executors.values.allSatisfy { $0.state == .terminated }
            if await living().isEmpty, isTold { return [] }
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { break }
        }
        await withTaskGroup { group in
            for id in await living() {
                let why = Termination(.destroyed, evidence: ["the agent is drained, and did not wait longer for it"])
                group.addTask { _ = try? await containerizer.destroy(id, because: why) }
            }
        }
        return await living()
    }

    private func living() async -> [ContainerID] {
        await containerizer.list().filter { !$0.life.state.isEnded }.map(\.id)
    }
}
