import TestSupport
import Testing

@testable import Mesos

struct JuteTests {
    @Test func whatIsWrittenIsRead() throws {
        var writer = JuteWriter()
        writer.write(Int32(-2))
        writer.write(Int64.min + 5)
        writer.write("päth")
        writer.write([1, 2, 3] as [UInt8])
        writer.write(Int32(-1))
        writer.write(Int32(2))
        writer.write("a")
        writer.write("")
        var reader = JuteReader(writer.bytes)
        #expect(try reader.number(Int32.self) == -2)
        #expect(try reader.number(Int64.self) == .min + 5)
        #expect(try reader.text() == "päth")
        #expect(try reader.buffer() == [1, 2, 3])
        #expect(try reader.buffer() == [])
        #expect(try reader.texts() == ["a", ""])
        #expect(throws: MalformedMessage.self) { try reader.number(Int32.self) }
    }

    @Test(
        arguments: [
            [0, 0, 0], [0, 0, 0, 2, 65], [0x7f, 0xff, 0xff, 0xff, 65], [0xff, 0xff, 0xff, 0xfe], [0, 0, 0, 1, 0xff],
        ] as [[UInt8]])
    func textsThatAreNoneAreRefused(_ bytes: [UInt8]) {
        #expect(throws: MalformedMessage.self) {
            var reader = JuteReader(bytes)
            _ = try reader.text()
        }
        #expect(throws: MalformedMessage.self) {
            var reader = JuteReader([0x7f, 0xff, 0xff, 0xff] + bytes)
            _ = try reader.texts()
        }
    }

    @Test func framesAreFoundHoweverTheyAreCut() throws {
        var random = SeededGenerator(seed: 5)
        let frames = (0..<200).map { _ in random.bytes(Int.random(in: 0...300, using: &random)) }
        var stream = frames.flatMap { frame -> [UInt8] in
            var writer = JuteWriter()
            writer.write(frame)
            return writer.bytes
        }[...]
        var (decoder, found) = (JuteFrames(), [[UInt8]]())
        while !stream.isEmpty {
            let part = stream.prefix(Int.random(in: 1...700, using: &random))
            found += try decoder.take(part)
            stream = stream.dropFirst(part.count)
        }
        #expect(found == frames)
    }

    @Test(arguments: [[0xff, 0xff, 0xff, 0xff], [0x7f, 0, 0, 0], [0, 0x40, 0, 1]] as [[UInt8]])
    func lengthsThatAreNoneAreRefused(_ bytes: [UInt8]) {
        #expect(throws: MalformedMessage.self) {
            var frames = JuteFrames()
            _ = try frames.take(bytes)
        }
    }
}
