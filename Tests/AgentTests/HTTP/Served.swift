import Agent
import TestSupport

/// A server for the length of a test.
func served(
    _ handlers: [String: any HTTPHandler], _ limits: HTTPLimits = HTTPLimits(),
    _ body: (Int) async throws -> Void
) async throws {
    var routes = Routes()
    for (path, handler) in handlers { routes.add(path, handler) }
    let server = AgentServer(routes: routes, address: .tcp(host: "127.0.0.1", port: 0), limits: limits)
    guard case .tcp(_, let port) = try await server.start() else { throw WaitFailure(what: "a port") }
    do { try await body(port) } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

extension HTTPLimits {
    init(_ change: (inout HTTPLimits) -> Void) {
        self.init()
        change(&self)
    }
}
