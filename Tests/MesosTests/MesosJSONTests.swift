import Foundation
import Mesos
import SwiftProtobuf
import Testing

/// The rules by which Mesos reads and writes JSON.
struct MesosJSONTests {
    private func read<M: Message>(_ json: String, as _: M.Type = M.self) throws -> M {
        try MesosJSON.decode(from: Array(json.utf8))
    }

    private func write(_ message: some Message) throws -> String {
        String(decoding: try MesosJSON.encode(message), as: UTF8.self)
    }

    @Test func namesAreTheDeclaredOnes() throws {
        let info: Mesos_V1_ExecutorInfo = try read(#"{"executor_id":{"value":"e"},"framework_id":{"value":"f"}}"#)
        #expect(info.executorID.value == "e" && info.frameworkID.value == "f")
        #expect(try write(info) == #"{"executor_id":{"value":"e"},"framework_id":{"value":"f"}}"#)
    }

    @Test func unknownMembersAreIgnored() throws {
        let id: Mesos_V1_TaskID = try read(
            #" { "other" : [{"a":null}, 1e5, "x", true ] , "value" : "t" , "executorId": 1 } "#)
        #expect(id.value == "t")
    }

    @Test func defaultsAreWrittenUnlessDeprecated() throws {
        var framework = Mesos_V1_FrameworkInfo()
        (framework.user, framework.name) = ("root", "local")
        #expect(try write(framework) == #"{"user":"root","name":"local","failover_timeout":0.0,"checkpoint":false}"#)
        #expect(try write(Mesos_V1_CommandInfo()) == #"{"shell":true}"#)
        var uri = Mesos_V1_CommandInfo.URI()
        uri.value = "http://x/y"
        #expect(try write(uri) == #"{"value":"http://x/y","extract":true}"#)
        #expect(try write(Mesos_V1_Environment.Variable.with { $0.name = "A" }) == #"{"name":"A","type":"VALUE"}"#)
        #expect(try write(Mesos_V1_HealthCheck()).contains(#""delay_seconds":15.0"#))
    }

    @Test func aFieldThatIsSetReplacesItsDefault() throws {
        let command = Mesos_V1_CommandInfo.with {
            $0.shell = false
            $0.arguments = ["a", "b"]
        }
        #expect(try write(command) == #"{"shell":false,"arguments":["a","b"]}"#)
    }

    @Test func integersOf64BitsAreNumbers() throws {
        let time = Mesos_V1_TimeInfo.with { $0.nanoseconds = .min }
        #expect(try write(time) == #"{"nanoseconds":-9223372036854775808}"#)
        let range = Mesos_V1_Value.Range.with { ($0.begin, $0.end) = (0, .max) }
        #expect(try write(range) == #"{"begin":0,"end":18446744073709551615}"#)
        #expect(try read(write(range)) == range)
        #expect(try read(write(time)) == time)
    }

    @Test(arguments: ["7", "\"7\"", "7.0", "7e0", "70E-1", "\"7.0\""])
    func numbersMayBeTexts(_ written: String) throws {
        let range: Mesos_V1_Value.Range = try read("{\"begin\":\(written),\"end\":8}")
        #expect(range.begin == 7)
    }

    @Test(arguments: [
        "-1", "1.5", "1e30", "18446744073709551616", "\"\"", "\"x\"", "\" 7\"", "\"0x7\"", "true", "[7]", "+7", "07",
        "7.", ".7", "NaN",
    ])
    func whatIsNoSuchNumberIsRefused(_ written: String) {
        #expect(throws: MalformedMessage.self) {
            try read("{\"begin\":\(written),\"end\":8}", as: Mesos_V1_Value.Range.self)
        }
    }

    @Test(arguments: [
        (0.1, "0.1"), (3, "3.0"), (-0.5, "-0.5"), (1e300, "1e+300"), (.infinity, "\"Infinity\""),
        (-.infinity, "\"-Infinity\""),
    ])
    func doublesAreWrittenShortAndReadBack(_ value: Double, _ written: String) throws {
        let scalar = Mesos_V1_Value.Scalar.with { $0.value = value }
        #expect(try write(scalar) == "{\"value\":\(written)}")
        #expect(try read(write(scalar)) == scalar)
    }

    @Test(arguments: ["1700000000", "\"1700000000\"", "1.7e9"])
    func aTimestampMayBeWhole(_ written: String) throws {
        let status: Mesos_V1_TaskStatus = try read(
            "{\"task_id\":{\"value\":\"t\"},\"state\":\"TASK_RUNNING\",\"timestamp\":\(written)}")
        #expect(status.timestamp == 1_700_000_000)
    }

    @Test(arguments: ["\"infinity\"", "\"nan\"", "\"0x1p3\"", "1e999", "\"1e999\"", "\"\"", "true"])
    func whatIsNoDoubleIsRefused(_ written: String) {
        #expect(throws: MalformedMessage.self) { try read("{\"value\":\(written)}", as: Mesos_V1_Value.Scalar.self) }
    }

    @Test func bytesAreBase64() throws {
        let uuid = Mesos_V1_UUID.with { $0.value = .init([0, 255, 16]) }
        #expect(try write(uuid) == #"{"value":"AP8Q"}"#)
        #expect(try read(write(uuid)) == uuid)
        #expect(throws: MalformedMessage.self) { try read(#"{"value":"A"}"#, as: Mesos_V1_UUID.self) }
        #expect(throws: MalformedMessage.self) { try read(#"{"value":7}"#, as: Mesos_V1_UUID.self) }
    }

    @Test func anUnknownNameOfAnEnumCountsAsUnset() throws {
        let call: Mesos_V1_Executor_Call = try read(
            #"{"executor_id":{"value":"e"},"framework_id":{"value":"f"},"type":"TELEPORT"}"#)
        #expect(!call.hasType)
        #expect(throws: MalformedMessage.self) {
            try read(#"{"task_id":{"value":"t"},"state":"TASK_FLYING"}"#, as: Mesos_V1_TaskStatus.self)
        }
    }

    @Test func anUnknownNumberOfAnEnumIsNotWritten() throws {
        // CommandInfo.Environment.Variable.type = 77, as a newer peer may send it.
        let variable = try Mesos_V1_Environment.Variable(serializedBytes: [10, 1, 65, 24, 77] as [UInt8])
        #expect(try write(variable) == #"{"name":"A","type":"VALUE"}"#)
    }

    @Test(arguments: [("true", true), ("false", false), ("\"true\"", true), ("\"false\"", false)])
    func aTruthValueMayBeAText(_ written: String, _ value: Bool) throws {
        let command: Mesos_V1_CommandInfo = try read("{\"shell\":\(written)}")
        #expect(command.shell == value && command.hasShell)
    }

    @Test(arguments: ["0", "\"yes\"", "\"True\"", "{}"])
    func otherThingsAreNoTruthValues(_ written: String) {
        #expect(throws: MalformedMessage.self) { try read("{\"shell\":\(written)}", as: Mesos_V1_CommandInfo.self) }
    }

    @Test func nullCountsAsUnset() throws {
        let command: Mesos_V1_CommandInfo = try read(#"{"shell":null,"arguments":null,"environment":null,"value":"a"}"#)
        #expect(command == .with { $0.value = "a" })
        #expect(throws: MalformedMessage.self) { try read(#"{"value":null}"#, as: Mesos_V1_TaskID.self) }
    }

    @Test func mapsAreObjects() throws {
        let entry = #""limits":{"cpus":{"value":2.0},"mem":{"value":"Infinity"}}"#
        let task: Mesos_V1_TaskInfo = try read(
            "{\"name\":\"t\",\"task_id\":{\"value\":\"t\"},\"agent_id\":{\"value\":\"a\"},\(entry)}")
        #expect(task.limits["cpus"]?.value == 2 && task.limits["mem"]?.value == .infinity)
        #expect(try write(task).hasSuffix(entry + "}"))
    }

    @Test func aRequiredFieldThatIsMissingIsNamed() {
        let error = #expect(throws: MalformedMessage.self) {
            try read(#"{"name":"t","agent_id":{"value":"a"}}"#, as: Mesos_V1_TaskInfo.self)
        }
        #expect(error?.description.contains("task_id") == true)
        #expect(throws: MalformedMessage.self) {
            try read(#"{"name":"t","task_id":{},"agent_id":{"value":"a"}}"#, as: Mesos_V1_TaskInfo.self)
        }
        #expect(throws: MalformedMessage.self) { try write(Mesos_V1_TaskID()) }
    }

    @Test func whoAddsThemMayDoWithoutRequiredFields() throws {
        let task = try MesosJSON.decode(
            Mesos_V1_TaskInfo.self, from: Array(#"{"name":"t","task_id":{}}"#.utf8), isPartial: true)
        #expect(task.name == "t" && !task.hasAgentID && task.hasTaskID)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "null", "1", "\"x\"", "{\"value\":\"a\"} x", "{\"value\":\"a\",}", "{value:\"a\"}",
        "{\"value\" \"a\"}", "{\"value\":\"a\" \"b\":1}", "{\"value\":\"a}", "{\"value\":\"\\x\"}",
        "{\"value\":\"\\u12\"}",
        "{\"value\":\"\\ud800\"}", "{\"value\":\"\\ud800\\u0041\"}", "{\"value\":\"\\udc00\"}", "{\"value\":\"a\nb\"}",
        "{\"value\":\"a\",\"value\":\"b\"}", "{\"value\":'a'}", "{\"value\":tru}", "{\"x\":[1,]}",
        "{\"x\":nul,\"value\":\"a\"}",
        "{\"value\":[\"a\"]}", "{\"value\":{\"a\":1}}", "{\"value\":\"a\"/**/}",
    ])
    func whatIsNoMessageIsRefused(_ json: String) {
        #expect(throws: MalformedMessage.self) { try read(json, as: Mesos_V1_TaskID.self) }
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        let json = Array("{\"value\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        #expect(throws: MalformedMessage.self) { try MesosJSON.decode(Mesos_V1_TaskID.self, from: json) }
    }

    @Test func textsKeepWhatTheyHold() throws {
        let text = "\u{0}\u{1F}\"\\/\n\t é 🦫 \u{7F}\u{2028}"
        let id = Mesos_V1_TaskID.with { $0.value = text }
        #expect(try read(write(id)) == id)
        let escaped: Mesos_V1_TaskID = try read(#"{"value":"\ud83e\uddab\u00e9\b\f\n\r\t\/\\\""}"#)
        #expect(escaped.value == "🦫é\u{8}\u{c}\n\r\t/\\\"")
    }

    @Test func depthHasAnEnd() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"value":"c","parent":"#, count: depth - 1) + #"{"value":"c"}"#
                + String(repeating: "}", count: depth - 1)
        }
        let id: Mesos_V1_ContainerID = try read(nested(50))
        #expect(try read(write(id)) == id)
        #expect(throws: MalformedMessage.self) { try read(nested(101), as: Mesos_V1_ContainerID.self) }
        let brackets = String(repeating: "[", count: 100_000)
        #expect(throws: MalformedMessage.self) { try read("{\"x\":\(brackets)", as: Mesos_V1_ContainerID.self) }
    }
}
