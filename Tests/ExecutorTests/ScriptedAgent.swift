import ExecutorCore
import Foundation
import Glibc
import Synchronization

/// An agent's executor API on a port of its own, which does as a test tells it. Real sockets, a thread for each.
final class ScriptedAgent: Sendable {
    /// What becomes of a SUBSCRIBE.
    enum Manner: Sendable {
        case accept
        case status(Int)
        /// A stream whose first bytes are these.
        case raw([UInt8])
        /// No HTTP at all.
        case nonsense
        /// Accepted, but the stream ends at once.
        case close
    }

    struct Seen: Sendable {
        var call: JSON
        var head: String
        var type: String { call["type"]?.text ?? "" }
        var status: JSON { call["update"]?["status"] ?? .null }
        var task: String? { status["task_id"]?["value"]?.text }
        var state: String? { status["state"]?.text }
    }

    private struct State {
        var seen: [Seen] = []
        var manners: [Manner] = []
        var acknowledges = true
        var answers: [Int] = []
        var stream: Int32?
        var listener: Int32 = -1
        var open: Set<Int32> = []
        var subscribed =
            #"{"type":"SUBSCRIBED","subscribed":{"framework_info":{"capabilities":[{"type":"TASK_KILLING_STATE"}]},"#
            + #""container_id":{"value":"c1"}}}"#
    }

    let port: UInt16
    private let state: Mutex<State>

    init() throws {
        var start = State()
        (start.listener, port) = try ScriptedAgent.bound(to: 0)
        state = Mutex(start)
        serve()
    }

    deinit { stop() }

    private static func bound(to port: UInt16) throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | listen(descriptor, 50) | getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    // What a test says.

    var seen: [Seen] { state.withLock { $0.seen } }
    var updates: [Seen] { seen.filter { $0.type == "UPDATE" } }
    var subscriptions: [Seen] { seen.filter { $0.type == "SUBSCRIBE" } }
    var isSubscribed: Bool { state.withLock { $0.stream != nil } }

    /// The next SUBSCRIBEs, in this order; those after them are accepted.
    func treat(_ manners: [Manner]) { state.withLock { $0.manners = manners } }
    /// The statuses of the next UPDATEs; those after them are taken with 202.
    func answer(_ statuses: [Int]) { state.withLock { $0.answers = statuses } }
    func acknowledge(_ does: Bool) { state.withLock { $0.acknowledges = does } }
    func greet(_ event: String) { state.withLock { $0.subscribed = event } }

    func send(_ event: String) { write(record(event)) }

    /// Each piece is a chunk, and a packet, of its own.
    func send(_ event: String, inPiecesOf size: Int) {
        let bytes = record(event)
        for start in stride(from: 0, to: bytes.count, by: size) {
            write(Array(bytes[start..<min(start + size, bytes.count)]))
            usleep(200)
        }
    }

    /// One chunk of the stream.
    func write(_ bytes: [UInt8]) {
        guard let stream = state.withLock({ $0.stream }) else { return }
        put(chunk(bytes), stream)
    }

    func dropStream() {
        if let stream = state.withLock({ $0.stream.take() }) { shutdown(stream, Int32(SHUT_RDWR)) }
    }

    /// As if the agent's process had died.
    func stop() {
        state.withLock { state in
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
            state.stream = nil
            if state.listener >= 0 { shutdown(state.listener, Int32(SHUT_RDWR)) }
            state.listener = -1
        }
    }

    /// On the same port.
    func restart() throws {
        let (descriptor, _) = try ScriptedAgent.bound(to: port)
        state.withLock { $0.listener = descriptor }
        serve()
    }

    // How it is done.

    private func serve() {
        let listener = state.withLock { $0.listener }
        Thread.detachNewThread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                guard let self else { close(descriptor); break }
                _ = self.state.withLock { $0.open.insert(descriptor) }
                Thread.detachNewThread { [weak self] in
                    self?.talk(descriptor)
                    self?.forget(descriptor)
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    private func forget(_ descriptor: Int32) {
        state.withLock { state in
            state.open.remove(descriptor)
            if state.stream == descriptor { state.stream = nil }
        }
    }

    private func talk(_ descriptor: Int32) {
        var buffer: [UInt8] = []
        while let seen = request(descriptor, &buffer) {
            if seen.type == "SUBSCRIBE" {
                let manner = state.withLock { state in
                    state.seen.append(seen)
                    return state.manners.isEmpty ? Manner.accept : state.manners.removeFirst()
                }
                guard begin(descriptor, manner) else { return }
            } else {
                let status = state.withLock { state in
                    state.seen.append(seen)
                    return state.answers.isEmpty ? 202 : state.answers.removeFirst()
                }
                put(Array("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n".utf8), descriptor)
                if status == 202, seen.type == "UPDATE" { acknowledge(seen) }
            }
        }
    }

    func acknowledge(_ seen: Seen) {
        guard state.withLock({ $0.acknowledges }), let task = seen.task, let uuid = seen.status["uuid"]?.text else {
            return
        }
        send(#"{"type":"ACKNOWLEDGED","acknowledged":{"task_id":{"value":"\#(task)"},"uuid":"\#(uuid)"}}"#)
    }

    /// Answers a SUBSCRIBE; false ends the connection.
    private func begin(_ descriptor: Int32, _ manner: Manner) -> Bool {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        switch manner {
        case .status(let status):
            put(Array("HTTP/1.1 \(status) X\r\nContent-Length: 5\r\n\r\nsorry".utf8), descriptor)
            return false
        case .nonsense:
            put(Array("\u{0}\u{1}what?\r\n\r\n".utf8), descriptor)
            return false
        case .close:
            put(head + Array("0\r\n\r\n".utf8), descriptor)
            return false
        case .raw(let bytes):
            put(head + chunk(bytes), descriptor)
        case .accept:
            let event = state.withLock { $0.subscribed }
            put(head + chunk(record(event)), descriptor)
            state.withLock { $0.stream = descriptor }
        }
        return true
    }

    private func request(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Seen? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let split = buffer.firstRange(of: end) {
                let head = String(decoding: buffer[..<split.lowerBound], as: UTF8.self)
                let length =
                    head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
                if buffer.count >= split.upperBound + length {
                    let body = Array(buffer[split.upperBound..<split.upperBound + length])
                    buffer = Array(buffer[(split.upperBound + length)...])
                    return (try? JSONReader.read(body)).map { Seen(call: $0, head: head) }
                }
            }
            var piece = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer += piece[..<count]
        }
    }

    private func put(_ bytes: [UInt8], _ descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func record(_ event: String) -> [UInt8] { Array("\(event.utf8.count)\n\(event)".utf8) }

    private func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
}
