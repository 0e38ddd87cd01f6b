import Foundation
import Mesos
import TestSupport
import Testing

struct Base64Tests {
    @Test func itIsWhatFoundationWrites() {
        var random = SeededGenerator(seed: 1)
        for count in 0..<100 {
            let bytes = random.bytes(count)
            let text = Array(Data(bytes).base64EncodedString().utf8)
            #expect(Base64.encode(bytes) == text)
            #expect(Base64.decode(text) == bytes)
            #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes)
        }
    }

    @Test func theAlphabetForURLsHasNeitherPlusNorSlashNorPadding() {
        #expect(Base64.encode([0xFB, 0xFF, 0xFE, 0xFF], .url) == Array("-__-_w".utf8))
        #expect(Base64.encode([0xFB, 0xFF, 0xFE, 0xFF]) == Array("+//+/w==".utf8))
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "A===", "AA=A", "AA===", "====", "AA A", "AA-_", "Ã", "AA="])
    func whatIsNotBase64IsRefused(_ text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test func paddingMayBeMissing() { #expect(Base64.decode("AAA".utf8) == [0, 0]) }

    @Test func forURLsItMust() { #expect(Base64.decode("AAA=".utf8, .url) == nil) }
}
