import Foundation
import TestSupport
import Testing

/// What is no call in order is answered as Mesos does.
@Suite struct CallTests {
    private let trial = AgentTrial()

    struct Case: CustomTestStringConvertible, Sendable {
        var status: Int
        var arguments: [String]
        var testDescription: String { "\(status): \(arguments.joined(separator: " "))" }
    }

    private static let json = ["-H", "Content-Type: application/json"]
    private static let health = ["--data-binary", #"{"type":"GET_HEALTH"}"#]

    private static func call(_ status: Int, _ body: String) -> Case {
        Case(status: status, arguments: json + ["--data-binary", body])
    }

    static let cases = [
        Case(status: 405, arguments: []), Case(status: 405, arguments: ["-X", "PUT"] + json + health),
        Case(status: 400, arguments: ["-H", "Content-Type:"] + health),
        Case(status: 415, arguments: ["-H", "Content-Type: text/plain"] + health),
        Case(status: 415, arguments: ["-H", "Content-Type: application/json; charset=utf-8"] + health),
        Case(status: 400, arguments: ["-H", "Content-Type: application/recordio"] + health),
        Case(
            status: 415,
            arguments: ["-H", "Content-Type: application/recordio", "-H", "Message-Content-Type: text/plain"] + health),
        Case(status: 415, arguments: json + ["-H", "Message-Content-Type: application/json"] + health),
        Case(status: 406, arguments: json + ["-H", "Accept: text/html"] + health),
        Case(status: 406, arguments: json + ["-H", "Message-Accept: application/json"] + health),
        Case(
            status: 406,
            arguments: json + ["-H", "Accept: application/recordio", "-H", "Message-Accept: text/html"] + health),
        Case(status: 406, arguments: json + ["-H", "Accept: application/recordio"] + health),
        call(400, ""), call(400, "{}"), call(400, "{\"type\":"), call(400, String(repeating: "[", count: 100_000)),
        call(400, #"{"type":"GET_METRICS"}"#), call(400, #"{"type":"READ_FILE","read_file":{"path":"/x"}}"#),
        call(400, #"{"type":"WAIT_CONTAINER"}"#), call(501, #"{"type":"UNKNOWN"}"#),
        call(415, #"{"type":"ATTACH_CONTAINER_INPUT"}"#),
        call(400, #"{"type":"WAIT_NESTED_CONTAINER","wait_nested_container":{"container_id":{"value":"a"}}}"#),
        call(404, #"{"type":"ATTACH_CONTAINER_OUTPUT","attach_container_output":{"container_id":{"value":"a"}}}"#),
        call(501, #"{"type":"PRUNE_IMAGES"}"#),
        call(404, #"{"type":"WAIT_CONTAINER","wait_container":{"container_id":{"value":"a"}}}"#),
        call(400, #"{"type":"WAIT_CONTAINER","wait_container":{"container_id":{"value":"a/b"}}}"#),
        call(400, #"{"type":"WAIT_CONTAINER","wait_container":{"container_id":{"value":".."}}}"#),
        call(400, #"{"type":"WAIT_CONTAINER","wait_container":{"container_id":{"value":""}}}"#),
        call(404, #"{"type":"KILL_CONTAINER","kill_container":{"container_id":{"value":"a"}}}"#),
        call(400, #"{"type":"KILL_CONTAINER","kill_container":{"container_id":{"value":"a"},"signal":65}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"}}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"A_b"},"command":{"value":"true"}}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"},"command":{"value":"true","uris":[{"value":"http://127.0.0.1/x"}]}}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"},"command":{"value":"true"},"container":{"type":"DOCKER"}}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"},"command":{"value":"true"},"container":{"type":"MESOS","linux_info":{"share_cgroups":true}}}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"},"command":{"value":"true"},"resources":[{"name":"gpus","type":"SCALAR","scalar":{"value":1}}]}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a"},"command":{"value":"true"},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]}}"#),
        call(400, #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"a","parent":{"value":"b"}},"command":{"value":"true"}}}"#),
    ]

    @Test func eachIsAnswered() async throws {
        let agent = try await trial.start()
        for one in Self.cases {
            let answer = try await agent.curl(one.arguments + [agent.address + "/slave(1)/api/v1"])
            #expect(answer.status == one.status, "\(one.testDescription): \(answer)")
        }
        #expect(try await agent.call(#"{"type":"GET_HEALTH"}"#).status == 200)
    }

    @Test(arguments: ["[", "{\"a\":"]) func deepBodiesAreRefused(_ opening: String) async throws {
        let agent = try await trial.start()
        let deep = String(repeating: opening, count: (1 << 20) / opening.utf8.count)
        let file = try trial.directory.file("deep", Array((#"{"type":"GET_HEALTH","x":"# + deep).utf8))
        for path in ["/api/v1", "/bulkhead/v1/tasks"] {
            let answer = try await agent.curl(
                ["-H", "Content-Type: application/json", "--data-binary", "@" + file, agent.address + path])
            #expect(answer.status == 400, "\(path): \(answer)")
        }
        #expect(try await agent.get("/health").status == 200)
    }

    @Test func aCallThatIsTooLargeIsRefused() async throws {
        let agent = try await trial.start()
        let file = try trial.directory.file("large", [UInt8](repeating: 32, count: 5 << 20))
        let answer = try await agent.curl(Self.json + ["--data-binary", "@" + file, agent.address + "/api/v1"])
        #expect(answer.status == 413)
    }

    @Test(arguments: [
        "GET_HEALTH", "GET_FLAGS", "GET_VERSION", "GET_LOGGING_LEVEL", "GET_CONTAINERS", "GET_STATE", "GET_TASKS",
        "GET_EXECUTORS", "GET_FRAMEWORKS", "GET_AGENT", "GET_OPERATIONS", "GET_RESOURCE_PROVIDERS", "GET_METRICS",
    ])
    func eachIsServedInBothForms(_ call: String) async throws {
        let agent = try await trial.start()
        let body = "{\"type\":\"\(call)\"" + (call == "GET_METRICS" ? ",\"get_metrics\":{}}" : "}")
        let json = try await agent.call(body)
        #expect(try json.member("type") as? String == call && json.member(call.lowercased()) != nil, "\(json)")
        let other = try await agent.call(body, "Accept: application/x-protobuf")
        // Field 1, the type; then the answer's own field.
        #expect(other.status == 200 && other.body.first == 8 && other.body.count > 2, "\(other)")
    }

    @Test func theLoggingLevelComesBack() async throws {
        let agent = try await trial.start()
        let set = #"{"type":"SET_LOGGING_LEVEL","set_logging_level":{"level":2,"duration":{"nanoseconds":500000000}}}"#
        #expect(try await agent.call(set).status == 200)
        let get = #"{"type":"GET_LOGGING_LEVEL"}"#
        #expect(try await agent.call(get).member("get_logging_level", "level") as? Int == 2)
        try await eventually("the former level", within: .seconds(30)) {
            try await agent.call(get).member("get_logging_level", "level") as? Int == 0 ? true : nil
        }
    }
}
