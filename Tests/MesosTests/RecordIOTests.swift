import Mesos
import TestSupport
import Testing

struct RecordIOTests {
    private let records = [Array("{}".utf8), [], Array("a\nb".utf8), [UInt8](repeating: 0, count: 300)]
    private var stream: [UInt8] { records.flatMap { RecordIO.encode($0) } }

    @Test func aRecordIsItsLengthALineFeedAndItsBytes() {
        #expect(RecordIO.encode(Array("hello".utf8)) == Array("5\nhello".utf8))
    }

    @Test func aStreamCutAtAnyByteGivesTheSameRecords() throws {
        for cut in 0...stream.count {
            var decoder = RecordIO.Decoder(limit: 1000)
            #expect(try decoder.take(stream[..<cut]) + decoder.take(stream[cut...]) == records, "cut at \(cut)")
            #expect(decoder.isBetweenRecords)
        }
    }

    @Test func aStreamThatComesByteByByteGivesTheSameRecords() throws {
        var decoder = RecordIO.Decoder(limit: 1000)
        #expect(try stream.flatMap { try decoder.take([$0]) } == records)
    }

    @Test func aStreamThatEndsInsideARecordSaysSo() throws {
        for end in [1, 2, 3] {
            var decoder = RecordIO.Decoder(limit: 1000)
            _ = try decoder.take(stream[..<end])
            #expect(!decoder.isBetweenRecords, "\(end) bytes of it")
        }
    }

    @Test(arguments: [
        "\n", "x\n", "-1\nx", "+1\nx", "0x10\n", " 5\nhello", "5 \nhello", "1.5\n", "99999999999999999999\n",
        "5\r\nhello",
    ])
    func aLengthThatIsNoneIsRefused(_ text: String) {
        var decoder = RecordIO.Decoder(limit: 1000)
        #expect(throws: MalformedMessage.self) { try decoder.take(Array(text.utf8)) }
    }

    @Test func aLengthAboveTheLimitIsRefusedBeforeAnythingOfIt() throws {
        var decoder = RecordIO.Decoder(limit: 1000)
        #expect(try decoder.take(Array("1000\n".utf8)).isEmpty)
        decoder = RecordIO.Decoder(limit: 1000)
        #expect(throws: MalformedMessage.self) { try decoder.take(Array("1001\n".utf8)) }
        decoder = RecordIO.Decoder(limit: .max)
        #expect(throws: MalformedMessage.self) { try decoder.take(Array("9223372036854775808\n".utf8)) }
    }

    @Test func digitsWithoutEndAreRefused() {
        var decoder = RecordIO.Decoder(limit: 1000)
        #expect(throws: MalformedMessage.self) { try decoder.take([UInt8](repeating: UInt8(ascii: "0"), count: 64)) }
    }

    @Test func noiseNeitherTrapsNorGivesMoreThanCame() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            var decoder = RecordIO.Decoder(limit: 50)
            let letters = Array("0123456789\n\n{".utf8)
            let noise = (0..<Int.random(in: 1...80, using: &random)).map { _ in letters.randomElement(using: &random)! }
            guard let records = try? decoder.take(noise) else { continue }
            #expect(records.joined().count < noise.count)
        }
    }
}
