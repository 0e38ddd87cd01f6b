import Foundation
public import Isolation

/// What containers leave when they are gone: console and timeline of the last hundred.
public struct History: Sendable {
    static let limit = 100
    let state: StateDirectory

    public init(_ state: StateDirectory) { self.state = state }

    public func console(of container: ContainerID) -> [UInt8]? {
        FileManager.default.contents(atPath: state.history(container) + ".console").map { Array($0) }
    }

    func keep(console: [UInt8], of container: ContainerID) {
        write(Data(console), state.history(container) + ".console")
        prune()
    }

    /// History is for people; failing to write it fails nothing.
    private func write(_ data: Data, _ path: String) {
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private func prune() {
        let directory = URL(fileURLWithPath: state.root + "/history")
        let files =
            (try? FileManager.default.contentsOfDirectory(
                at: directory, includingPropertiesForKeys: [.contentModificationDateKey])) ?? []
        guard files.count > History.limit else { return }
        let dated = files.map {
            (
                $0,
                (try? $0.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate) ?? .distantPast
            )
        }
        for (file, _) in dated.sorted(by: { $0.1 > $1.1 }).dropFirst(History.limit) {
            try? FileManager.default.removeItem(at: file)
        }
    }
}
