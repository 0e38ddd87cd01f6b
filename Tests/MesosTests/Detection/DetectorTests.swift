import Foundation
import Mesos
import TestSupport
import Testing

struct DetectorTests {
    @Test(arguments: [
        ("192.0.2.1:5050", "master@192.0.2.1:5050"), ("other@192.0.2.1:5051", "other@192.0.2.1:5051"),
        ("mesos://192.0.2.1:5050", "master@192.0.2.1:5050"), ("localhost:5050", "master@127.0.0.1:5050"),
    ])
    func aFixedMasterIsFoundOnce(_ text: String, _ found: String) async throws {
        let leaders = Leaders(of: try masterDetector(for: text))
        #expect(try await leaders.next()?.description == found)
        #expect(leaders.isQuiet)
    }

    @Test func aNameThatIsUnknownIsToldSo() async throws {
        let leaders = Leaders(of: try masterDetector(for: "no-such-host.invalid:5050"))
        let error = try await leaders.error()
        #expect(error?.reason == .hostUnknown)
        #expect(error?.description.contains("no-such-host.invalid") == true)
    }

    @Test(arguments: [
        "", ":", "host", "host:", "host:0", "host:65536", "host:x", "@host:1", "a b:1", "host/x:1", "[::1]:5050",
        "http://h:1",
        "zk://", "zk://h:1", "zk://h:1/", "zk:///mesos", "zk://h/mesos", "zk://h:1,/mesos", "zk://h:1/a//b",
        "zk://h:1/a/",
        "zk://h:1/a/../b", "zk://user@h:1/a", "zk://:pass@h:1/a", "zk://h:1:2,x/a",
    ])
    func whatNamesNoMasterIsRefused(_ text: String) {
        let error = #expect(throws: DetectionError.self) { try masterDetector(for: text) }
        #expect(error?.reason == .addressMalformed)
    }

    @Test(arguments: ["zk://user:hush@host/path", "zk://user:hush@:1/path", "zk:/user:hush@h:1/x", "zk://u:hu@sh@h:1"])
    func passwordsAreNotShown(_ text: String) {
        let error = #expect(throws: DetectionError.self) { try masterDetector(for: text) }
        #expect(error?.description.contains("hush") == false && error?.description.contains("hu@") == false)
    }

    @Test func aFileNamesTheMaster() async throws {
        let directory = TemporaryDirectory()
        let path = try directory.file("master", Array("\n192.0.2.1:5050\n".utf8))
        let leaders = Leaders(of: try masterDetector(for: "file://" + path))
        #expect(try await leaders.next() == UPID("master@192.0.2.1:5050"))
    }

    @Test func aFileThatNamesNoneIsRefused() throws {
        let directory = TemporaryDirectory()
        let empty = try directory.file("empty", Array("\n".utf8))
        let itself = try directory.file("itself", Array("file://\(directory.path)/itself".utf8))
        for text in ["file://" + empty, "file://" + itself, "file:///no/such/file", "file://relative"] {
            let error = #expect(throws: DetectionError.self) { try masterDetector(for: text) }
            #expect(error?.reason == .fileUnreadable)
        }
    }
}
