import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct ConsoleLogTests {
    private let directory = TemporaryDirectory()

    @Test func rotationsComeOldestFirst() throws {
        for (name, text) in [("console.log.1", "a"), ("console.log.0", "b"), ("console.log", "c")] {
            _ = try directory.file(name, Array(text.utf8))
        }
        #expect(ConsoleLog(path: directory.path + "/console.log").bytes() == Array("abc".utf8))
        #expect(ConsoleLog(path: directory.path + "/none").bytes().isEmpty)
    }

    @Test func aFloodIsReadFromItsEnd() throws {
        let path = try directory.file("console.log", [UInt8](repeating: 65, count: 5 << 20) + Array("\nlast\n".utf8))
        let log = ConsoleLog(path: path)
        #expect(log.bytes().count == ConsoleLog.limit)
        #expect(log.lastLines(1) == ["console: last"])
    }

    @Test func noEscapeSequenceReachesATerminal() throws {
        let path = try directory.file(
            "console.log", Array("\u{1b}]0;owned\u{7}\u{1b}[2Jhi\u{202e}\r\n".utf8) + [0xff, 0x9b])
        for line in ConsoleLog(path: path).lastLines() {
            #expect(
                line.unicodeScalars.allSatisfy {
                    $0.value >= 32 && $0.value != 127 && !(0x80..<0xa0).contains($0.value)
                })
            #expect(!line.contains("\u{202e}"))
        }
        #expect(ConsoleLog.printable(String(repeating: "x", count: 1000)).count == 200)
    }

    @Test func historyKeepsTheLastHundred() throws {
        let state = try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
        for number in 0..<220 { History(state).keep(console: [1], of: try ContainerID("c\(number)")) }
        #expect(History(state).console(of: try ContainerID("c219")) == [1])
        #expect(History(state).console(of: try ContainerID("c0")) == nil)
    }
}
