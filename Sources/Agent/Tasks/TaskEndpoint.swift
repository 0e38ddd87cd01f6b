public import Isolation
import Mesos

/// `/bulkhead/v1`: tasks without a master, for `bulkhead submit` and all who speak HTTP. docs/tasks.md
public struct TaskEndpoint: HTTPHandler {
    typealias Act = () async throws -> HTTPAnswer

    let tasks: TaskService
    let places: StateDirectory
    var executors: Executors { tasks.executors }

    /// - Parameter places: of the containers.
    public init(_ executors: Executors, places: StateDirectory) {
        tasks = TaskService(executors)
        self.places = places
    }

    public func add(to routes: inout Routes, guardedBy credentials: Credentials?) {
        let guarded: any HTTPHandler = credentials.map { Authenticated(self, by: $0) } ?? self
        routes.add("/bulkhead/v1", guarded)
    }

    public func answer(_ call: HTTPCall) async -> HTTPAnswer {
        do { return try await serve(call) } catch let error as BulkheadError {
            return HTTPAnswer(status: error.httpStatus, text: "\(error)\n")
        } catch let refusal as Refusal {
            return refusal.answer
        } catch HTTPBodyError.tooLarge(let limit) {
            return HTTPAnswer(status: 413, text: "A body has at most \(limit) bytes\n")
        } catch is HTTPBodyError {
            return HTTPAnswer(status: 400, text: "The body did not come to its end\n")
        } catch is CancellationError {
            return HTTPAnswer(status: 503, text: "The agent ends\n")
        } catch { return HTTPAnswer(status: 500, text: "\(error)\n") }
    }

    private func serve(_ call: HTTPCall) async throws -> HTTPAnswer {
        guard await executors.phase != .recovering else {
            throw Refusal(status: 503, text: "Agent has not finished recovery")
        }
        let methods = try acts(call)
        guard let act = methods[call.method] else {
            let allowed = methods.keys.sorted().joined(separator: ", ")
            throw Refusal(
                status: 405, text: "Expecting \(allowed), received \(call.method)", headers: [("Allow", allowed)])
        }
        return try await act()
    }

    private func acts(_ call: HTTPCall) throws(Refusal) -> [String: Act] {
        let words = call.path.split(separator: "/").dropFirst(2).map(String.init)
        let id = words.count > 1 ? words[1] : ""
        switch (words.first, words.count, words.last) {
        case ("tasks", 1, _): return ["GET": { try await list() }, "POST": { try await submit(call) }]
        case ("tasks", 2, _): return ["GET": { try await show(id) }, "DELETE": { try await kill(id, call) }]
        case ("tasks", 3, "updates"): return ["GET": { try await updates(of: id) }]
        case ("tasks", 3, "output"): return ["GET": { try await output(of: id, call) }]
        case ("tasks", 3, "resources"): return ["POST": { try await resize(id, call) }]
        case ("containers", 2, _): return ["GET": { try await inspect(id) }]
        case ("containers", 3, "files"): return ["POST": { try await bringOut(id) }]
        default: throw Refusal(status: 404, text: "There is nothing at \(call.path)")
        }
    }

    /// The body in the form that `Content-Type` names.
    func body(_ call: HTTPCall, _ forms: [MediaType]) async throws -> (MediaType, [UInt8]) {
        let wanted = forms.map(\.rawValue).joined(separator: " or ")
        guard let type = call.headers["Content-Type"] else {
            throw Refusal(status: 415, text: "Expecting 'Content-Type' of \(wanted)")
        }
        guard let form = MediaType(rawValue: type), forms.contains(form) else {
            throw Refusal(status: 415, text: "Expecting 'Content-Type' of \(wanted), received \(type)")
        }
        return (form, try await call.body.collect(upTo: BodyLimit.call))
    }

    /// A number from 0 up of the query; nil where it is missing.
    func number(_ name: String, _ call: HTTPCall) throws(Refusal) -> Double? {
        guard let text = call.query[name] else { return nil }
        guard let number = Double(text), number.isFinite, number >= 0, number < 1e15 else {
            throw Refusal(status: 400, text: "'\(name)' is no number from 0 up: “\(text)”")
        }
        return number
    }

    static func json(_ value: JSONValue, status: Int = 200) -> HTTPAnswer {
        HTTPAnswer(
            status: status, headers: [("Content-Type", MediaType.json.rawValue)],
            body: .bytes(value.bytes + [UInt8(ascii: "\n")]))
    }
}

extension BulkheadError {
    fileprivate var httpStatus: Int {
        switch reason {
        case .badOption, .badName, .badResource, .imageUnknown, .egressRefused: 400
        case .unknownTask, .unknownContainer: 404
        case .nameInUse, .notRunning, .exceedsHost, .unsupported: 409
        default: reason.isHostFault ? 503 : 500
        }
    }
}
