import Dispatch
import FoundationEssentials
import Glibc
public import Isolation
public import Logging

/// Removes the sandboxes of containers that have ended: the older, and the fuller the disk, the sooner. docs/agent.md
///
/// What it knows is on disk alone, so it goes on after a restart where it was.
public struct SandboxCollector: Sendable {
    private let containerizer: Containerizer
    private let places: StateDirectory
    private let metrics: AgentMetrics
    private let options: CollectionOptions
    private let use: @Sendable (String) -> Double?
    private let log: Logger

    /// - Parameter use: how much of the disk is used below a path, from 0 to 1; nil where that cannot be found out.
    public init(
        _ containerizer: Containerizer, _ places: StateDirectory, _ metrics: AgentMetrics, _ options: CollectionOptions,
        log: Logger = Logger(label: "bulkhead.gc"), use: @escaping @Sendable (String) -> Double? = Self.diskUse
    ) {
        self.containerizer = containerizer
        self.places = places
        self.metrics = metrics
        self.options = options
        self.use = use
        self.log = log
    }

    private var sandboxes: String { places.root + "/sandboxes" }
    /// Sandboxes on their way out: they have no name any more, and what is here is removed by whoever comes next.
    private var bin: String { places.root + "/removed" }

    /// Looks each interval, until it is cancelled.
    public func run() async {
        repeat { await collect() } while (try? await Task.sleep(for: options.interval)) != nil
    }

    /// Looks once.
    public func collect() async {
        do throws(BulkheadError) {
            try places.make(bin, mode: 0o700)
            for name in try names(in: bin) { await remove(bin + "/" + name) }
            guard let use = use(places.root) else { return }
            let allowed = options.allowedAge(at: use)
            let old = try ended().filter { $0.age >= allowed }.sorted { $0.age > $1.age }
            for (number, one) in old.enumerated() where !Task.isCancelled {
                metrics.sandboxes(waiting: old.count - number)
                await take(one.id, one.age, use)
            }
            metrics.sandboxes(waiting: 0)
        } catch { log.warning("sandboxes not looked at", metadata: ["error": "\(error)"]) }
    }

    private func take(_ id: ContainerID, _ age: Duration, _ use: Double) async {
        let place = bin + "/\(id)." + String(UInt64.random(in: .min ... .max), radix: 36)
        do {
            guard try await containerizer.moveSandbox(of: id, to: place) else { return }
        } catch {
            metrics.sandboxRemoved(false)
            return log.warning("sandbox not removed", metadata: ["container.id": "\(id)", "error": "\(error)"])
        }
        guard await remove(place) else { return }
        let words: Logger.Metadata = [
            "container.id": "\(id)", "age": "\(Int(age / .seconds(1))) s", "disk": "\(Int(use * 100)) %",
        ]
        log.info("sandbox removed", metadata: words)
    }

    /// A task may have left very many files: that is done on no thread that others wait for.
    @discardableResult
    private func remove(_ path: String) async -> Bool {
        let failure: BulkheadError? = await withCheckedContinuation { done in
            DispatchQueue.global().async {
                do throws(BulkheadError) {
                    try Sandbox(existing: path).remove()
                    done.resume(returning: nil)
                } catch { done.resume(returning: error) }
            }
        }
        metrics.sandboxRemoved(failure == nil)
        if let failure { log.warning("sandbox not removed", metadata: ["error": "\(failure)"]) }
        return failure == nil
    }

    /// All that could be those of containers which have ended: the containerizer has the last word.
    private func ended() throws(BulkheadError) -> [(id: ContainerID, age: Duration)] {
        let now = Date().timeIntervalSince1970
        var all: [(ContainerID, Duration)] = []
        for name in try names(in: sandboxes) {
            guard let id = try? ContainerID(name), let end = Self.lastChange(sandboxes + "/" + name) else { continue }
            all.append((id, .seconds(max(0, now - end))))
        }
        return all
    }

    private func names(in directory: String) throws(BulkheadError) -> [String] {
        try OpenDirectory(directory).entries(limit: .max).filter(\.isDirectory).map(\.name)
    }

    /// When it was last changed by us or by the command: never before the container's end. These times, unlike those of
    /// modification, no task can set.
    private static func lastChange(_ sandbox: String) -> Double? {
        ["", "/" + Sandbox.journal, "/stdout", "/stderr"].compactMap { name -> Double? in
            var status = stat()
            guard lstat(sandbox + name, &status) == 0 else { return nil }
            return Double(status.st_ctim.tv_sec) + Double(status.st_ctim.tv_nsec) * 1e-9
        }.max()
    }

    /// As Mesos counts it: what only root may use is free.
    public static let diskUse: @Sendable (String) -> Double? = { path in
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return nil }
        return 1 - Double(status.f_bfree) / Double(status.f_blocks)
    }
}
