import Foundation
import Isolation
import Testing

@testable import VMIsolation

struct CPIOArchiveTests {
    private func sample() throws -> CPIOArchive {
        var archive = CPIOArchive()
        try archive.addDirectory("etc", mode: 0o700)
        try archive.addFile("etc/key", mode: 0o600, Array(0...255))
        try archive.addFile("empty", [])
        try archive.addFile("odd name ü", mode: 0o755, Array("#!/bin/sh\n".utf8))
        return archive
    }

    @Test(arguments: [["busybox", "cpio"], ["cpio"]])
    func cpioUnpacksIt(_ program: [String]) throws {
        let directory = try ScratchDirectory()
        let arguments = Array(program.dropFirst()) + ["-i", "-d", "-m"]
        let result = try Program(program[0]).run(arguments, input: sample().bytes, in: directory.path)
        #expect(result.status == 0, "\(result.text)")
        #expect(try directory.names() == ["empty", "etc", "odd name ü"])
        #expect(try directory.read("etc/key") == Array(0...255))
        #expect(try directory.mode("etc/key") == 0o600)
        #expect(try directory.mode("etc") == 0o700)
        #expect(try directory.mode("odd name ü") == 0o755)
    }

    @Test func theSameEntriesGiveTheSameBytes() throws {
        #expect(try sample().bytes == sample().bytes)
        #expect(try sample().bytes.count % 512 == 0)
    }

    @Test(arguments: ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "./a", "zero\0byte", "TRAILER!!!"])
    func badPathsAreNamed(_ path: String) {
        var archive = CPIOArchive()
        let error = #expect(throws: BulkheadError.self) { try archive.addFile(path, []) }
        #expect(error?.reason == .badName)
    }
}

extension ScratchDirectory {
    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}
