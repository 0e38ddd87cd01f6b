import FoundationEssentials
import Isolation
import Mesos
import SwiftProtobuf

extension TaskEndpoint {
    func submit(_ call: HTTPCall) async throws -> HTTPAnswer {
        let (form, bytes) = try await body(call, [.json, .protobuf])
        var task: Mesos_V1_TaskInfo
        do {
            // Its agent and its name may be missing.
            task =
                form == .json
                ? try MesosJSON.decode(from: bytes, isPartial: true)
                : try Mesos_V1_TaskInfo(serializedBytes: bytes, partial: true)
        } catch { throw malformed("the body", "\(error)") }
        task = tasks.complete(task)
        guard task.isInitialized else {
            throw malformed(
                "task “\(task.taskID.value)”", "a required member is missing: task_id, a resource's name or type, …")
        }
        guard let answer = MediaType.accepted(by: call.headers["Accept"]) else {
            throw Refusal(status: 406, text: "Expecting 'Accept' to allow application/json or application/x-protobuf")
        }
        let stored = try await tasks.submit(task)
        return HTTPAnswer(
            status: 201, headers: [("Content-Type", answer.rawValue)], body: .bytes(try answer.encode(stored)))
    }

    private func malformed(_ subject: String, _ why: String) -> BulkheadError {
        BulkheadError(.badOption, subject, why, remedy: "send a v1 TaskInfo; docs/tasks.md has an example")
    }

    func list() async throws -> HTTPAnswer {
        let records = await records()
        var all: [JSONValue] = []
        for task in await tasks.list() { all.append(try await json(task, records)) }
        return Self.json(.object([("tasks", .array(all))]))
    }

    func show(_ id: String) async throws -> HTTPAnswer {
        guard let task = await tasks.task(id) else { throw Executors.unknown(await tasks.key(id)) }
        return Self.json(try await json(task, records()))
    }

    private func records() async -> [ContainerID: ContainerRecord] {
        Dictionary(await executors.containerizer.list().map { ($0.id, $0) }) { $1 }
    }

    /// A v1 Task, and what Mesos has no member for.
    private func json(_ task: Mesos_V1_Task, _ records: [ContainerID: ContainerRecord]) async throws -> JSONValue {
        let key = Executors.TaskKey(framework: task.frameworkID.value, id: task.taskID.value)
        guard let place = await executors.placement(of: key) else { return .raw(try MesosJSON.encode(task)) }
        let record = records[place.container]
        var more: [(String, JSONValue)] = [("container_id", .string(place.container.description))]
        if let image = record?.config.image ?? place.image, !image.isEmpty { more.append(("image", .string(image))) }
        if let created = record?.created { more.append(("created", .integer(Int64(created)))) }
        return .raw(Self.join(try MesosJSON.encode(task), more))
    }

    /// An object's text with further members.
    static func join(_ object: [UInt8], _ more: [(String, JSONValue)]) -> [UInt8] {
        guard !more.isEmpty, let end = object.lastIndex(of: UInt8(ascii: "}")) else { return object }
        let isEmpty = object[..<end].allSatisfy { $0 == UInt8(ascii: "{") || $0 <= 0x20 }
        return object[..<end] + (isEmpty ? [] : [UInt8(ascii: ",")]) + JSONValue.object(more).bytes.dropFirst()
    }

    func kill(_ id: String, _ call: HTTPCall) async throws -> HTTPAnswer {
        let grace = try number("grace", call)
        // A year.
        guard grace ?? 0 <= 31_536_000 else { throw Refusal(status: 400, text: "'grace' is more than a year") }
        try await tasks.kill(
            id, policy: grace.map { grace in .with { $0.gracePeriod.nanoseconds = Int64(grace * 1e9) } })
        return HTTPAnswer(status: 202)
    }

    func resize(_ id: String, _ call: HTTPCall) async throws -> HTTPAnswer {
        let bytes = try await body(call, [.json]).1
        // The array as the member of a message that has one.
        let wish: Mesos_V1_TaskInfo
        do {
            wish = try MesosJSON.decode(from: Array("{\"resources\":".utf8) + bytes + Array("}".utf8), isPartial: true)
            guard wish.resources.allSatisfy({ $0.isInitialized }), wish.unknownFields.data.isEmpty else {
                throw MalformedMessage("a resource lacks its name or its type")
            }
        } catch {
            throw BulkheadError(
                .badResource, "task “\(id)”", "\(error)",
                remedy: #"send an array such as [{"name":"mem","type":"SCALAR","scalar":{"value":512}}]"#)
        }
        try TaskCheck.check(share: wish.resources, "task “\(id)”")
        do {
            let now = try await tasks.resize(id, to: wish.resources)
            var members: [(String, JSONValue)] = [
                ("resources", .array(try now.task.map { .raw(try MesosJSON.encode($0)) })),
                ("container", .object([
                    ("cpus", .number(Double(now.container.cpus.thousandths) / 1000)),
                    ("mem", .integer(Int64(now.container.memory.mebibytes))),
                    ("disk", .integer(Int64(now.container.disk.mebibytes))),
                ])),
            ]
            if let why = now.pending { members.append(("pending", .string(why))) }
            return Self.json(.object(members))
        } catch let error as BulkheadError where ![.unknownTask, .stateUnusable, .diskFull].contains(error.reason) {
            // It does not run, or its launcher refused, whatever it calls that.
            throw Refusal(status: 409, text: "\(error)")
        }
    }
}
