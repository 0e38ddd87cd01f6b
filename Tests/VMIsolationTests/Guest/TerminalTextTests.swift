import TestSupport
import Testing
import VMIsolation

@Suite struct TerminalTextTests {
    private func shown(_ bytes: [UInt8]) -> String { String(decoding: TerminalText.shown(bytes), as: UTF8.self) }
    private func shown(_ text: String) -> String { shown(Array(text.utf8)) }

    @Test(arguments: [
        "", "plain\n", "one\ttwo\r\nthree", "Grüße, 漢字, עברית, 👩\u{200D}💻 e\u{301}", "~!@#$%^&*()_+{}|:\"<>?",
    ])
    func harmlessTextStaysAsItIs(_ text: String) { #expect(shown(text) == text) }

    @Test(arguments: [
        ("\u{1B}[2J", "^[[2J"), ("\u{1B}]0;title\u{7}", "^[]0;title^G"), ("a\u{8}b", "a^Hb"), ("\u{7F}", "^?"),
        ("over\rwritten", "over^Mwritten"), ("\u{9B}31m", "<U+009B>31m"), ("\u{0}", "^@"), ("\u{C}", "^L"),
        ("\u{202E}txt.exe", "<U+202E>txt.exe"), ("\u{2066}x\u{2069}", "<U+2066>x<U+2069>"),
        ("line\u{2028}line", "line<U+2028>line"), ("\u{FEFF}", "<U+FEFF>"), ("\u{E0041}", "<U+E0041>"),
    ])
    func whatATerminalHeedsIsShown(_ text: String, _ expected: String) { #expect(shown(text) == expected) }

    @Test(
        arguments: [
            ([0x9B, 0x33], "<9B>3"), ([0xC2], "<C2>"), ([0xE2, 0x80], "<E2><80>"), ([0xC0, 0x9B], "<C0><9B>"),
            ([0xED, 0xA0, 0x80], "<ED><A0><80>"), ([0xFF, 0x0A], "<FF>\n"), ([0xF0, 0x9F, 0x1B], "<F0><9F>^["),
            ([0x0D], "^M"),
        ] as [([UInt8], String)])
    func bytesThatAreNoTextAreShown(_ bytes: [UInt8], _ expected: String) { #expect(shown(bytes) == expected) }

    /// Wherever a stream is cut, the same is shown, and no control character is among it.
    @Test func partsMayEndAnywhere() {
        var random = SeededGenerator(seed: 11)
        let pieces: [[UInt8]] = ["ü", "漢", "👩", "\r\n", "\r", "\u{1B}[", "\u{9B}", "a", "\u{202E}"].map {
            Array($0.utf8)
        }
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                bytes += Bool.random(using: &random) ? pieces.randomElement(using: &random) ?? [] : random.bytes(2)
            }
            var (text, parts, rest) = (TerminalText(), [UInt8](), bytes[...])
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                parts += text.feed(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            parts += text.end()
            #expect(parts == TerminalText.shown(bytes), "\(bytes)")
            let isSafe = String(decoding: parts, as: UTF8.self).unicodeScalars.allSatisfy {
                "\n\t\r".unicodeScalars.contains($0) || $0.properties.generalCategory != .control
            }
            #expect(isSafe && String(validating: parts, as: UTF8.self) != nil, "\(bytes)")
        }
    }
}
