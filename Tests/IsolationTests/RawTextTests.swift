import Isolation
import TestSupport
import Testing

struct RawTextTests {
    @Test func plainTextStaysAsItIs() {
        #expect(RawText.encode(Array("grüße 漢 😀\n".utf8)) == "grüße 漢 😀\n")
        #expect(RawText.decode("grüße") == Array("grüße".utf8))
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80, 0x41],
            [0xF0, 0x9F, 0x98],
            [0xC3, 0x28], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x00, 0xFE],
        ] as [[UInt8]])
    func whatIsNoUTF8ComesBack(_ bytes: [UInt8]) {
        let text = RawText.encode(bytes)
        #expect(RawText.decode(text) == bytes)
        #expect(!text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func anInvalidByteBecomesOneScalar() {
        #expect(RawText.encode([0x61, 0xFF, 0x62]) == "a\u{10FFFF}b")
    }

    @Test func scalarsOfTheEscapesAreEscapedThemselves() {
        let bytes = Array("\u{10FF41}".utf8)
        #expect(RawText.encode(bytes) != "\u{10FF41}")
        #expect(RawText.decode(RawText.encode(bytes)) == bytes)
    }

    @Test func joinedTextsAreJoinedBytes() {
        let smile = Array("😀".utf8)
        #expect(RawText.decode(RawText.encode(smile.prefix(2)) + RawText.encode(smile.suffix(2))) == smile)
    }

    @Test func textsInDifferentNormalFormsStayApart() {
        #expect(RawText.decode(RawText.encode(Array("e\u{301}".utf8))) == [0x65, 0xCC, 0x81])
    }

    @Test func randomBytesComeBack() {
        var random = SeededGenerator(seed: 6)
        // Alphabets in which valid, broken and escaped sequences are all frequent.
        let alphabets: [[UInt8]] = [
            Array(0...255), [0x41, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0x8F],
            [0xF4, 0x8F, 0xBC, 0xBD, 0xBE, 0xBF],
        ]
        for round in 0..<3000 {
            let alphabet = alphabets[round % alphabets.count]
            let bytes = (0..<Int(random.next() % 40)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            #expect(RawText.decode(RawText.encode(bytes)) == bytes)
            #expect(String(validating: bytes, as: UTF8.self) == nil || RawText.encode(bytes).utf8.count >= bytes.count)
        }
    }
}
