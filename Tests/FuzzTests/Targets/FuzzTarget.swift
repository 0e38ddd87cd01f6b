/// One reader of what guests or the network send, and what must hold for it whatever comes.
struct FuzzTarget: Sendable {
    let name: String
    /// In bytes. Longer input says nothing more, and takes longer.
    let longest: Int
    /// Sound input, beside that of `Seeds`.
    let seeds: [[UInt8]]
    /// - Throws: ``Broken``. The reader's own errors end in here.
    let run: @Sendable ([UInt8]) throws -> Void

    init(
        _ name: String, longest: Int = 4096, seeds: [[UInt8]] = [], _ run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        (self.name, self.longest, self.seeds, self.run) = (name, longest, seeds, run)
    }

    static let all = mesos + agent + guest + templates + executor
}

/// Something did not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

func hold(_ isTrue: Bool, _ what: @autoclosure () -> String) throws(Broken) {
    if !isTrue { throw Broken(description: what()) }
}

extension [UInt8] {
    init(_ text: String) { self = Array(text.utf8) }

    /// Two halves, cut where the first byte says: streams come in pieces.
    var halves: ([UInt8], [UInt8]) {
        let rest = dropFirst()
        let cut = rest.isEmpty ? 0 : Int(self[0]) * rest.count / 256
        return (Array(rest.prefix(cut)), Array(rest.dropFirst(cut)))
    }
}
