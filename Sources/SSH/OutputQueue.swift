/// What a command wrote and nobody has taken yet. Bounded by the channel's window.
struct OutputQueue {
    /// Small pieces of one stream grow together up to this size.
    private static let pieceSize = 256 << 10
    private var pieces: [SSHOutput] = []
    private var head = 0
    private(set) var count = 0

    mutating func append(_ bytes: UnsafeRawBufferPointer, isError: Bool) {
        count += bytes.count
        if head < pieces.count, let last = pieces.popLast() {
            switch last {
            case .standardOutput(var piece) where !isError && piece.count + bytes.count <= Self.pieceSize:
                unsafe piece.append(contentsOf: bytes)
                return pieces.append(.standardOutput(piece))
            case .standardError(var piece) where isError && piece.count + bytes.count <= Self.pieceSize:
                unsafe piece.append(contentsOf: bytes)
                return pieces.append(.standardError(piece))
            case .standardOutput, .standardError:
                pieces.append(last)
            }
        }
        pieces.append(isError ? .standardError(unsafe Array(bytes)) : .standardOutput(unsafe Array(bytes)))
    }

    mutating func popFirst() -> SSHOutput? {
        guard head < pieces.count else { return nil }
        let piece = pieces[head]
        pieces[head] = .standardOutput([])
        head += 1
        if head == pieces.count {
            pieces.removeAll(keepingCapacity: true)
            head = 0
        }
        count -= piece.bytes.count
        return piece
    }

    mutating func removeAll() {
        self = OutputQueue()
    }
}
