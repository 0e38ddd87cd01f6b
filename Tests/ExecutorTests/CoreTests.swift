import ExecutorCore
import Foundation
import Testing

@Suite struct JSONTests {
    private func read(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8)) }

    @Test func whatIsReadIsWhatIsPrinted() throws {
        let text = #"{"a":[1,-2.5,true,false,null,"ä\n\"\\\u0001😀"],"b":{},"c":[],"d":9223372036854775807}"#
        let value = try read(text)
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
        #expect(try read(#" { "x" : "\ud83d\ude00\/\u00e4\ud800" } "#)["x"]?.text == "😀/ä\u{fffd}")
    }

    /// Another's reader agrees.
    @Test func theyPrintJSON() throws {
        let value: JSON = ["a": .array([.string("\u{7f}\u{0}\r\t\\\""), .number(1.5e300), .integer(.min)])]
        let foreign = try #require(try JSONSerialization.jsonObject(with: Data(value.bytes)) as? [String: [Any]])
        #expect(foreign["a"]?[0] as? String == "\u{7f}\u{0}\r\t\\\"")
        #expect(foreign["a"]?[1] as? Double == 1.5e300 && foreign["a"]?[2] as? Int == .min)
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"a", "\"\\x\"", "\"\\u12\"", "tru", "1 2", "+1",
        ".5",
        "--1", "1e999", "nan", "\"\u{1}\"", "[1 2]", "{\"a\":1,}", "\"\\ud83d\\u12\"",
    ])
    func whatIsNoJSON(_ text: String) { #expect(throws: JSONError.self) { try read(text) } }

    @Test func depthAndNumberOfValuesAreBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try read(nested(64))
        let error = #expect(throws: JSONError.self) { try read(nested(65)) }
        #expect(error?.description == "nested deeper than 64 at byte 64")
        #expect(throws: JSONError.self) { try read(String(repeating: "[{\"a\":", count: 50_000)) }
        #expect(throws: JSONError.self) {
            try read("[" + String(repeating: "0,", count: JSONReader.valueLimit) + "0]")
        }
    }

    @Test func lenientLikeMesos() throws {
        let value = try read(#"{"n":"12","r":"1.5","b":"true","z":null,"i":"Infinity","w":3.0}"#)
        #expect(value["n"]?.whole == 12 && value["r"]?.real == 1.5 && value["b"]?.isTrue == true && value["z"] == nil)
        #expect(value["i"]?.real == .infinity && value["w"]?.whole == 3)
    }

    @Test(arguments: 0..<20) func base64(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 200) }
        #expect(Base64.encode(bytes) == Data(bytes).base64EncodedString())
    }

    @Test(arguments: [
        ("15mins", Duration.seconds(900)), ("2secs", .seconds(2)), ("1.5mins", .seconds(90)),
        ("500ms", .milliseconds(500)),
        ("1weeks", .seconds(604_800)), ("5", nil), ("", nil), ("secs", nil), ("5 secs", nil), ("1e5secs", nil),
    ])
    func durations(_ text: String, _ value: Duration?) { #expect(MesosDuration.read(text) == value) }
}

@Suite struct WireTests {
    /// Two answers, one of them in chunks, whatever the pieces that they come in.
    @Test(arguments: [1, 2, 3, 7, 1000]) func answersInPieces(_ size: Int) throws {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTRANSFER-encoding: chunked\r\n\r\n"
            + "5;x=y\r\nhello\r\nA\r\n world 123\r\n"
            + "0\r\nT: x\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: Close\r\n\r\nok"
        var reader = ResponseReader()
        var (bodies, others) = ([UInt8](), [ResponseReader.Event]())
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            for event in try reader.feed(Array(bytes[start..<min(start + size, bytes.count)])) {
                if case .body(let part) = event { bodies += part } else { others.append(event) }
            }
        }
        #expect(String(decoding: bodies, as: UTF8.self) == "hello world 123ok")
        #expect(
            others == [
                .head(status: 200), .end(keepsConnection: true), .head(status: 202), .end(keepsConnection: false),
            ])
        #expect(try reader.finish() == [])
    }

    @Test(arguments: [
        "SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 20_000),
    ])
    func answersThatAreNone(_ text: String) {
        var reader = ResponseReader()
        #expect(throws: ResponseReader.Failure.self) { try reader.feed(Array(text.utf8)) }
    }

    @Test func anAnswerThatIsCutOff() throws {
        var reader = ResponseReader()
        _ = try reader.feed(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".utf8))
        #expect(throws: ResponseReader.Failure.cutOff) { try reader.finish() }
    }

    @Test func recordsAreBounded() throws {
        var reader = RecordReader()
        #expect(try reader.feed(Array("3\nabc0\n1".utf8)) == [Array("abc".utf8), []])
        #expect(try reader.feed(Array("\nx".utf8)) == [Array("x".utf8)])
        #expect(throws: RecordReader.Failure.tooLarge(RecordReader.sizeLimit + 1)) {
            try reader.feed(Array("\(RecordReader.sizeLimit + 1)\n".utf8))
        }
    }
}
