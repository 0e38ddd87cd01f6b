import Foundation
import Isolation
import TestSupport
import Testing

func temporaryPlaces() throws -> (TemporaryDirectory, StateDirectory) {
    let directory = TemporaryDirectory()
    return (directory, try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache"))
}

/// No container's directory, and no process that knows of this state.
func expectNothingLeft(_ directory: TemporaryDirectory, _ places: StateDirectory) throws {
    let containers = try FileManager.default.contentsOfDirectory(atPath: places.root + "/containers")
    #expect(containers == [])
    #expect(processes(naming: directory.path) == [])
}

/// Command lines of this host's processes that hold a text.
func processes(naming text: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.filter { Int($0) != nil }.compactMap { pid in
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        let line = String(decoding: bytes.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
        return line.contains(text) ? line : nil
    }
}
