import Dispatch
import Foundation
import Isolation

/// Brings a guest's `/sandbox` into its container's sandbox on the host. An earlier copy gives way when the new one is
/// whole.
struct SandboxCopy {
    private let container: ContainerContext

    init(of container: ContainerContext) { self.container = container }

    /// - Throws: what ``GuestChannel/collect(_:upTo:without:)`` does. What had come by then stays where no copy was.
    func bring(over channel: any GuestChannel) async throws -> [LeftOut] {
        var leftOut: [LeftOut] = []
        for get in container.config.gets { leftOut.append(try await bring(get, over: channel)) }
        return leftOut.filter { $0.count > 0 }
    }

    private func bring(_ get: Transfer, over channel: any GuestChannel) async throws -> LeftOut {
        let fresh = get.host + ".new"
        // A former process may have died in the midst of it.
        await Self.remove(fresh)
        do {
            // Holes of sparse files come as zeros: no more comes out than the scratch disk could hold.
            let leftOut = try await channel.collect(
                Transfer(host: fresh, guest: get.guest), upTo: container.record.resources.disk,
                without: [Spool.name, String(decoding: GuestCommand.lostAndFound, as: UTF8.self)])
            await Self.remove(get.host)
            try Self.move(fresh, to: get.host)
            return leftOut
        } catch {
            if FileManager.default.fileExists(atPath: get.host) { await Self.remove(fresh) }
            else { try? Self.move(fresh, to: get.host) }
            throw error
        }
    }

    private static func move(_ path: String, to other: String) throws(BulkheadError) {
        try SystemCallError.writing("directory \(other)") {
            try SystemCallError.check("rename") { rename(path, other) }
        }
    }

    /// A task may have left very many files: that is done on no thread that others wait for.
    private static func remove(_ path: String) async {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                try? Sandbox(existing: path).remove()
                done.resume()
            }
        }
    }
}
