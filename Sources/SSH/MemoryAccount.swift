internal import CLibssh2
internal import Glibc

/// The memory that libssh2 holds for one session: counted, bounded, and freed as a whole at the end.
///
/// Every block is in a list, so that a session which libssh2 cannot free itself (a failed assertion, an unfinished key
/// exchange) leaves nothing behind. Blocks are zeroed: no byte that was never written can be read.
@safe final class MemoryAccount {
    /// Before each block. Its size keeps the block aligned to 16 bytes.
    @unsafe private struct Header {
        var next: UnsafeMutablePointer<Header>?
        var previous: UnsafeMutablePointer<Header>?
        var size: Int
        var unused = 0
    }

    /// Bytes held, the headers included.
    private(set) var held = 0
    private let limit: Int
    private var first: UnsafeMutablePointer<Header>?

    init(limit: Int) {
        self.limit = limit
        unsafe first = nil
    }

    /// Nil beyond the limit.
    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let total = unsafe size &+ MemoryLayout<Header>.size
        guard size >= 0, total > size, held + total <= limit, let raw = unsafe calloc(1, total) else { return nil }
        let header = unsafe raw.bindMemory(to: unsafe Header.self, capacity: 1)
        unsafe header.initialize(to: unsafe Header(next: first, previous: nil, size: size))
        unsafe first?.pointee.previous = header
        unsafe first = header
        held += total
        return unsafe raw + MemoryLayout<Header>.size
    }

    func reallocate(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let block = unsafe block else { return unsafe allocate(size) }
        guard let new = unsafe allocate(size) else { return nil }
        unsafe new.copyMemory(from: block, byteCount: min(size, self.size(of: block)))
        unsafe release(block)
        return unsafe new
    }

    func size(of block: UnsafeMutableRawPointer) -> Int {
        unsafe header(of: block).pointee.size
    }

    func release(_ block: UnsafeMutableRawPointer) {
        let header = unsafe header(of: block)
        unsafe header.pointee.next?.pointee.previous = header.pointee.previous
        if let previous = unsafe header.pointee.previous {
            unsafe previous.pointee.next = header.pointee.next
        } else {
            unsafe first = header.pointee.next
        }
        held -= unsafe header.pointee.size + MemoryLayout<Header>.size
        unsafe free(header)
    }

    func releaseAll() {
        while let header = unsafe first {
            unsafe first = header.pointee.next
            unsafe free(header)
        }
        held = 0
    }

    private func header(of block: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Header> {
        unsafe (block - MemoryLayout<Header>.size).assumingMemoryBound(to: Header.self)
    }

    deinit { releaseAll() }
}
