import Isolation
import Testing

@testable import VMIsolation

struct ISO9660ImageTests {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("user-data", Array("#cloud-config\n".utf8)),
        ("meta-data", Array("instance-id: i-1\n".utf8)),
        ("network-config", [UInt8](repeating: 7, count: 5000)),
        ("empty", []),
    ]

    private func sample() throws -> ISO9660Image {
        var image = try ISO9660Image(volume: "cidata")
        for file in Self.files { try image.addFile(file.name, file.bytes) }
        return image
    }

    @Test(.enabled(if: Program.isThere("blkid"), "util-linux is not installed"))
    func blkidFindsTheLabel() throws {
        let directory = try ScratchDirectory()
        let file = try directory.write("image", sample().bytes)
        let result = try Program("blkid").run(["-p", "-o", "export", file])
        let lines = result.text.split(separator: "\n")
        #expect(lines.contains("LABEL=cidata"), "\(result.text)")
        #expect(lines.contains("TYPE=iso9660"), "\(result.text)")
    }

    @Test(.enabled(if: Program.isThere("bsdtar"), "libarchive-tools is not installed"))
    func libarchiveUnpacksIt() throws {
        let directory = try ScratchDirectory()
        let file = try directory.write("image", sample().bytes)
        let target = try directory.makeDirectory("target")
        let result = try Program("bsdtar").run(["-x", "-f", file, "-C", target])
        #expect(result.status == 0, "\(result.text)")
        #expect(try directory.names(in: "target") == Self.files.map(\.name).sorted())
        for file in Self.files { #expect(try directory.read("target/\(file.name)") == file.bytes) }
    }

    @Test(.enabled(if: Program.isThere("isoinfo"), "genisoimage is not installed"))
    func isoinfoSeesPlainAndRockRidgeNames() throws {
        let directory = try ScratchDirectory()
        let file = try directory.write("image", sample().bytes)
        let isoinfo = Program("isoinfo")
        let plain = try isoinfo.run(["-f", "-i", file])
        #expect(
            plain.text.split(separator: "\n").sorted() == [
                "/EMPTY.;1", "/META-DATA.;1", "/NETWORK-CONFIG.;1", "/USER-DATA.;1",
            ])
        let rockRidge = try isoinfo.run(["-R", "-f", "-i", file])
        #expect(
            rockRidge.text.split(separator: "\n").sorted() == [
                "/empty", "/meta-data", "/network-config", "/user-data",
            ])
        let contents = try isoinfo.run(["-R", "-x", "/meta-data", "-i", file])
        #expect(contents.output == Self.files[1].bytes)
    }

    @Test(.enabled(if: Program.isThere("bsdtar"), "libarchive-tools is not installed"))
    func manyFilesFillMoreThanOneSectorOfTheDirectory() throws {
        var image = try ISO9660Image(volume: "many")
        for number in 100..<200 { try image.addFile("file-\(number)", Array("\(number)".utf8)) }
        let directory = try ScratchDirectory()
        let file = try directory.write("image", image.bytes)
        let target = try directory.makeDirectory("target")
        let bsdtar = Program("bsdtar")
        #expect(try bsdtar.run(["-x", "-f", file, "-C", target]).status == 0)
        #expect(try directory.names(in: "target").count == 100)
        #expect(try directory.read("target/file-157") == Array("157".utf8))
    }

    @Test func theSameFilesGiveTheSameBytes() throws {
        #expect(try sample().bytes == sample().bytes)
        #expect(try sample().bytes.count % 2048 == 0)
    }

    @Test(arguments: ["", "two words", "a/b", "..", ".hidden", "ü", String(repeating: "n", count: 28), "META-DATA"])
    func badNamesAreNamed(_ name: String) throws {
        var image = try sample()
        let error = #expect(throws: BulkheadError.self) { try image.addFile(name, []) }
        #expect(error?.reason == .badName)
    }

    @Test(arguments: ["", "a b", "a.b", String(repeating: "v", count: 33)])
    func badVolumesAreNamed(_ volume: String) {
        let error = #expect(throws: BulkheadError.self) { try ISO9660Image(volume: volume) }
        #expect(error?.reason == .badName)
    }
}
