import Isolation
import Mesos

/// Streams of what containers write.
extension Operator {
    /// Launches a command and gives its output; it ends when nobody takes that any more.
    func session(_ order: NestedOrder, _ form: OutputForm) async throws(Refusal) -> HTTPAnswer {
        guard let container = try await nested.launch(order), let output = container.output else {
            return HTTPAnswer(status: 202)
        }
        return OutputReader(output.owner, heartbeat: nested.limits.heartbeat) { container.destroy() }.answer(form)
    }

    /// Of a session, what it writes from now on; of all other containers, what their logs hold and what comes.
    func attachOutput(_ id: Mesos_V1_ContainerID, _ form: OutputForm) async throws(Refusal) -> HTTPAnswer {
        guard id.hasParent else { return try await attachRoot(id, form) }
        let id = try NestedID(id)
        guard let container = await nested.container(id) else { throw NestedContainers.unknown(id) }
        guard let output = container.output else {
            let directory = NestedLogs.directory(id, in: places.sandbox(id.root))
            return try follow(directory, form) { !container.isAlive }
        }
        guard container.isAlive else { throw NestedContainers.unknown(id) }
        guard let queue = output.attach() else {
            throw Refusal(status: 503, text: "\(nested.limits.readers) read the output of \(id) already")
        }
        return OutputReader(queue, heartbeat: nested.limits.heartbeat) { output.detach(queue) }.answer(form)
    }

    private func attachRoot(_ id: Mesos_V1_ContainerID, _ form: OutputForm) async throws(Refusal) -> HTTPAnswer {
        let containerizer = containerizer
        guard let root = try? Isolation.ContainerID(id.value),
            let record = await containerizer.list().first(where: { $0.id == root && !$0.life.state.isEnded })
        else { throw NestedContainers.unknown(id.text) }
        return try follow(places.sandbox(root), form) {
            await !containerizer.list().contains { $0.id == root && $0.machine == record.machine }
        }
    }

    private func follow(
        _ directory: String, _ form: OutputForm, until isOver: @escaping @Sendable () async -> Bool
    ) throws(Refusal) -> HTTPAnswer {
        let queue = OutputQueue(limit: nested.limits.waiting)
        let pace = nested.limits.pace
        do {
            let output = try LogTail(directory: directory, log: .output, from: 0)
            let errors = try LogTail(directory: directory, log: .errors, from: 0)
            let work = Task {
                var isLast = false
                while true {
                    let (out, err) = (try output.next(upTo: 1 << 16), try errors.next(upTo: 1 << 16))
                    if !out.isEmpty { try await queue.add(.output(out), size: out.count) }
                    if !err.isEmpty { try await queue.add(.errors(err), size: err.count) }
                    guard out.isEmpty, err.isEmpty else { continue }
                    if isLast { return queue.finish() }
                    // What was written before the end is read after it.
                    isLast = await isOver()
                    if !isLast { try await Task.sleep(for: pace) }
                }
            }
            let watched = Task {
                if case .failure = await work.result { queue.leave() }
            }
            return OutputReader(queue, heartbeat: nested.limits.heartbeat) {
                work.cancel()
                watched.cancel()
            }.answer(form)
        } catch { throw Refusal(status: 500, text: "\(error)") }
    }
}
