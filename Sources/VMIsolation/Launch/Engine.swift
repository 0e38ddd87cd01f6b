import Foundation
public import Isolation
import Libvirt

/// Launches, lists and removes the containers of one state directory through one libvirt connection.
public struct Engine: Sendable {
    public let state: StateDirectory
    public let ledger: Ledger
    public let connection: String
    /// Directory of the shipped templates.
    let templates: String

    /// - Throws: ``BulkheadError`` with `badOption` or `stateUnusable`.
    public init(state: StateDirectory, connection: String, templates: String) throws(BulkheadError) {
        guard let url = URLComponents(string: connection), url.scheme == "qemu", (url.host ?? "").isEmpty else {
            throw BulkheadError(
                .badOption, "--connect \(connection)", "it is not this host's QEMU",
                remedy: "give qemu:///system; disks and keys are made on this host, so guests must run here")
        }
        self.state = state
        self.connection = connection
        self.templates = templates
        ledger = try Ledger(path: state.ledger)
    }

    /// Runs one command in a fresh guest, from nothing to nothing left.
    ///
    /// Cancelling the caller's task destroys the guest; also then everything is cleaned up before this returns.
    public func launch(
        _ request: LaunchRequest, streams: CommandStreams, observe: @escaping @Sendable (Timeline.Entry) -> Void
    ) async -> LaunchReport {
        await Launch(request, engine: self, streams: streams, observe: observe).run()
    }

    func networkTemplate() throws(BulkheadError) -> NetworkTemplate {
        try NetworkTemplate.builtIn(in: templates)
    }
}
