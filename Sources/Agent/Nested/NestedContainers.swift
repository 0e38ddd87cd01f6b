import FoundationEssentials
import Isolation
import Mesos

/// Commands beside those of containers, by Mesos' names: nested containers and sessions. They end with their root
/// container and with this process.
actor NestedContainers {
    nonisolated let containerizer: Containerizer
    nonisolated let places: StateDirectory
    nonisolated let limits: NestedLimits
    /// A container's `/sandbox`, as its processes see it.
    nonisolated let sandbox: @Sendable (Isolation.ContainerID) -> String
    private var all: [NestedID: NestedContainer] = [:]
    /// In the order of their launches.
    private var sessions: [NestedID] = []
    private var watched: Set<Isolation.ContainerID> = []

    init(
        _ containerizer: Containerizer, places: StateDirectory, limits: NestedLimits = NestedLimits(),
        sandbox: @escaping @Sendable (Isolation.ContainerID) -> String
    ) {
        self.containerizer = containerizer
        self.places = places
        self.limits = limits
        self.sandbox = sandbox
    }

    func container(_ id: NestedID) -> NestedContainer? { all[id] }

    /// Those that are alive.
    func list() -> [NestedID] { all.values.filter(\.isAlive).map(\.id).sorted { $0.description < $1.description } }

    /// Launches one; returns when its command runs.
    ///
    /// - Returns: nil where one of this id is alive.
    func launch(_ order: NestedOrder) async throws(Refusal) -> NestedContainer? {
        let (id, refused) = (order.id, "Failed to launch container: ")
        let record = await containerizer.list().first { $0.id == id.root }
        guard let record, record.life.state == .running, id.parent.map({ all[$0]?.isAlive == true }) ?? true else {
            throw Refusal(status: 400, text: refused + "its parent container does not run")
        }
        if let known = all[id], known.isAlive { return nil }
        guard all[id] == nil, NestedRecord.read(id, places) == nil else {
            throw Refusal(status: 400, text: refused + "\(id) has ended; remove it first")
        }
        let running = all.values.count { $0.id.root == id.root && $0.isAlive }
        guard running < limits.running else {
            throw Refusal(status: 400, text: refused + "\(limits.running) run in \(id.root) already")
        }
        guard NestedRecord.count(of: id.root, places) < limits.remembered || forgetSession(in: id.root) else {
            throw Refusal(
                status: 400, text: refused + "\(limits.remembered) of \(id.root) are remembered; remove some that ended")
        }
        let container = NestedContainer(id, isSession: order.isSession, hasTerminal: order.hasTerminal, limits)
        do {
            let command = try order.command(in: record.config.command, sandbox: sandbox(id.root))
            try NestedRecord(hasLogs: !order.isSession).write(id, places)
            all[id] = container
            sessions.removeAll { $0 == id }
            if order.isSession { sessions.append(id) }
            watch(id.root)
            begin(container, command, order.terminal)
            try await container.running.value()
        } catch {
            container.destroy()
            all[id] = nil
            try? NestedRecord.remove(id, places)
            throw Refusal(status: 400, text: refused + "\(error)")
        }
        return container
    }

    private func begin(_ container: NestedContainer, _ command: TaskCommand, _ terminal: TerminalRequest?) {
        let (containerizer, id) = (containerizer, container.id)
        let logs = container.output == nil ? NestedLogs(id, in: places.sandbox(id.root), limits.logs) : nil
        let output = container.output
        var streams = CommandStreams(
            input: nil,
            output: { bytes in
                if let output { try await output.add(.output(bytes)) } else { try logs?.output(bytes) }
            },
            errors: { bytes in
                if let output { try await output.add(.errors(bytes)) } else { try logs?.errors(bytes) }
            },
            terminal: terminal, windowSizes: container.sizeStream, signals: container.signalStream)
        if let input = container.input { streams.input = { try await input.next() } }
        let running = container.running
        let beside = CommandBeside(command, streams: streams) {
            try? logs?.open()
            running.fulfil(.success(()))
        }
        container.begin { [self] in
            do {
                let termination = try await containerizer.runBeside(id.root, beside)
                await ended(container, termination)
            } catch {
                running.fulfil(.failure(error))
                let isWanted = error is CancellationError
                let words =
                    error as? BulkheadError ?? BulkheadError(.launcherFailed, "container \(id)", "\(error)", remedy: "")
                await ended(container, Termination(isWanted ? .destroyed : .hostFailed(words)))
            }
        }
    }

    /// First those within it: they end with it.
    private func ended(_ container: NestedContainer, _ termination: Termination) async {
        let id = container.id
        let within = all.values.filter { $0.id.isWithin(id) }
        for inner in within { inner.destroy() }
        for inner in within { _ = try? await inner.ended.value() }
        // Of a root that is gone, or of a launch that was given up, nothing is to be remembered.
        if all[id] === container, FileManager.default.fileExists(atPath: places.container(id.root)) {
            try? NestedRecord(hasLogs: container.output == nil, termination: termination).write(id, places)
        }
        container.end(termination)
    }

    /// What is known of a root's containers goes with it.
    private func watch(_ root: Isolation.ContainerID) {
        guard watched.insert(root).inserted else { return }
        Task {
            _ = try? await containerizer.wait(root)
            watched.remove(root)
            sessions.removeAll { $0.root == root }
            for (id, container) in all where id.root == root {
                container.destroy()
                _ = try? await container.ended.value()
                if all[id] === container { all[id] = nil }
            }
        }
    }

    /// Makes room: the session that ended and was launched first, as those are not removed whose caller went.
    ///
    /// - Returns: false where there is none.
    private func forgetSession(in root: Isolation.ContainerID) -> Bool {
        let former = NestedRecord.sessions(of: root, places).first { all[$0] == nil }
        let ended = sessions.first { $0.root == root && all[$0]?.isAlive == false }
        guard let id = former ?? ended else { return false }
        sessions.removeAll { $0 == id }
        all[id] = nil
        return (try? NestedRecord.remove(id, places)) != nil
    }

    /// - Throws: 404 for one that is not known, or has ended.
    func kill(_ id: NestedID, _ signal: Int32) throws(Refusal) {
        guard let container = all[id], container.isAlive else { throw Self.unknown(id) }
        container.signal(signal, patience: limits.killPatience)
    }

    /// - Throws: 500 for one that runs, or whose root container is not known.
    func remove(_ id: NestedID) async throws(Refusal) {
        guard await containerizer.list().contains(where: { $0.id == id.root }) else {
            throw Refusal(status: 500, text: "There is no container \(id.root)")
        }
        guard all[id]?.isAlive != true else { throw Refusal(status: 500, text: "Container \(id) has not ended yet") }
        do {
            try NestedLogs.remove(id, in: places.sandbox(id.root))
            try NestedRecord.remove(id, places)
        } catch { throw Refusal(status: 500, text: "\(error)") }
        all[id] = nil
        for inner in all.keys where inner.isWithin(id) {
            all[inner] = nil
            try? NestedRecord.remove(inner, places)
        }
    }

    static func unknown(_ id: some CustomStringConvertible) -> Refusal {
        Refusal(status: 404, text: "Container \(id) cannot be found")
    }
}
