import Foundation
import Isolation
import IsolationTestSupport
import TestSupport

@testable import Agent

extension AgentTrial {
    /// A call of `/bulkhead/v1`.
    func ask(
        _ method: String, _ path: String, _ body: [UInt8] = [], type: String? = nil, query: [String: String] = [:]
    ) async -> HTTPAnswer {
        guard let places = try? household.places() else { return HTTPAnswer(status: 599) }
        return await TaskEndpoint(executors, places: places).answer(
            HTTPCall(
                method: method, path: "/bulkhead/v1/" + path, query: query,
                headers: HTTPHeaders(type.map { [("Content-Type", $0)] } ?? []), body: HTTPBody(body)))
    }
}

extension HTTPAnswer {
    var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func object() throws -> [String: Any] {
        guard status < 300, let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw WaitFailure(what: "an object; the answer is \(status) \(text)")
        }
        return object
    }

    /// A stream's bytes, to its end.
    func stream() async throws -> [UInt8] {
        guard case .stream(let parts) = body else { throw WaitFailure(what: "a stream; the answer is \(status) \(text)") }
        let late = BulkheadError(.notRunning, "the stream", "it did not end in time", remedy: "see the test")
        return try await within(.seconds(30), otherwise: { late }) {
            var all: [UInt8] = []
            for await part in parts { all += part }
            return all
        }
    }
}
