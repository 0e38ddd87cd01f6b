@testable import VMIsolation
import TestSupport

/// Archives that are nearly sound, the same for the same seed.
struct TarFuzzer {
    private var random: SeededGenerator
    private let sound: [UInt8]
    private let seeds: [[UInt8]]
    private static let words = [
        "../", "../../x", "/", "..", ".", "out/x", "v", "up/x", "d/out/x", "d", "f", "f/g", "a\0b", "777777777777",
        "-1",
        "ustar  ",
        "path=../x", "GNU.sparse.major=1",
    ].map { Array($0.utf8) }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var sound = TarArchive()
        sound.addDirectory(Array("d".utf8))
        sound.addFile(Array("d/a".utf8), [UInt8](repeating: 1, count: 700))
        sound.addLink(Array("d/l".utf8), to: Array("../f".utf8))
        sound.addFile(Array("d/\(String(repeating: "n", count: 120))".utf8), mode: 0o4755, [1])
        self.sound = sound.bytes
        seeds = [sound.bytes] + TarAttack.all.map(\.bytes).filter { !$0.isEmpty }
    }

    mutating func next() -> [UInt8] {
        var bytes = below(2) == 0 ? sound : seeds[below(seeds.count)]
        for _ in 0..<1 + below(3) { mutate(&bytes) }
        // Without this nearly all would end at the first checksum.
        if below(8) > 0 { sumUp(&bytes) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = below(bytes.count)
        switch below(9) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeLast(below(bytes.count))
        case 3: bytes.insert(contentsOf: seeds[below(seeds.count)].dropLast(1024), at: place / 512 * 512)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(600)))
        case 5: put(Self.words[below(Self.words.count)], into: &bytes, at: place)
        case 6: put(Self.words[below(Self.words.count)], into: &bytes, at: place / 512 * 512)
        case 7:
            put(Self.words[below(Self.words.count)], into: &bytes, at: place / 512 * 512 + TarField.linkTarget.start)
        default: put([Array("0123456LKxgS".utf8)[below(12)]], into: &bytes, at: place / 512 * 512 + TarField.type.start)
        }
    }

    private func put(_ word: [UInt8], into bytes: inout [UInt8], at place: Int) {
        for (offset, byte) in word.enumerated() where place + offset < bytes.count { bytes[place + offset] = byte }
    }

    private func sumUp(_ bytes: inout [UInt8]) {
        for start in stride(from: 0, through: bytes.count - 512, by: 512) {
            let range = start..<start + 512
            let magic = bytes[start + TarField.magic.start..<start + TarField.magic.start + 5]
            guard magic.elementsEqual("ustar".utf8) else { continue }
            var block = Array(bytes[range])
            TarTest.sumUp(&block)
            bytes.replaceSubrange(range, with: block)
        }
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
}
