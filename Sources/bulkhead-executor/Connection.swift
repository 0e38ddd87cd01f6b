import ExecutorCore
import Glibc

/// One connection as a client, which never blocks. Closed with its last reference.
final class Connection {
    enum Event {
        case connected
        case answer(ResponseReader.Event)
        /// Nothing comes after it.
        case closed(String)
    }

    struct Failure: Error {
        var what: String
        var code: Int32
    }

    /// What is read in one turn, so that others have theirs.
    private static let turn = 1 << 20

    let descriptor: Int32
    private(set) var isConnected = false
    private var reader = ResponseReader()
    private var outgoing: ArraySlice<UInt8> = []

    init(to endpoint: Endpoint) throws(Failure) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(endpoint.isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        guard descriptor >= 0 else { throw Failure(what: "socket", code: errno) }
        let result = endpoint.isIPv6 ? Self.connect6(descriptor, endpoint) : Self.connect4(descriptor, endpoint)
        guard result == 0 || errno == EINPROGRESS else {
            let code = errno
            close(descriptor)
            throw Failure(what: "connect", code: code)
        }
    }

    deinit { close(descriptor) }

    private static func connect4(_ descriptor: Int32, _ endpoint: Endpoint) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        guard inet_pton(AF_INET, endpoint.host, &address.sin_addr) == 1 else { return invalid() }
        return withUnsafeBytes(of: &address) { connect(descriptor, $0) }
    }

    private static func connect6(_ descriptor: Int32, _ endpoint: Endpoint) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = endpoint.port.bigEndian
        guard inet_pton(AF_INET6, endpoint.host, &address.sin6_addr) == 1 else { return invalid() }
        return withUnsafeBytes(of: &address) { connect(descriptor, $0) }
    }

    private static func connect(_ descriptor: Int32, _ address: UnsafeRawBufferPointer) -> Int32 {
        let pointer = address.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        return Glibc.connect(descriptor, pointer, socklen_t(address.count))
    }

    private static func invalid() -> Int32 {
        errno = EADDRNOTAVAIL
        return -1
    }

    /// A peer that vanishes without a word, as a host that loses its power does, is noticed within a minute.
    func watchPeer() {
        for (level, option, value) in [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30),
            (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10), (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
        ] as [(Int32, Int32, Int32)] {
            var value = value
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    func send(_ bytes: [UInt8]) { outgoing += bytes }

    /// What to poll for.
    var interest: Int16 { Int16(isConnected ? POLLIN : 0) | Int16(!isConnected || !outgoing.isEmpty ? POLLOUT : 0) }

    /// Goes as far as it can.
    func advance() -> [Event] {
        var events: [Event] = []
        do throws(Failure) {
            if !isConnected {
                guard try finishConnecting() else { return [] }
                events.append(.connected)
            }
            try writeOut()
            try readIn(&events)
        } catch {
            events.append(.closed(error.code == 0 ? error.what : "\(error.what): \(System.words(error.code))"))
        }
        return events
    }

    private func finishConnecting() throws(Failure) -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, 0) > 0 else { return false }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw Failure(what: "connect", code: code) }
        isConnected = true
        return true
    }

    private func writeOut() throws(Failure) {
        while !outgoing.isEmpty {
            let count = outgoing.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count >= 0 else { throw Failure(what: "send", code: errno) }
            outgoing = outgoing.dropFirst(count)
        }
        outgoing = []
    }

    private func readIn(_ events: inout [Event]) throws(Failure) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var total = 0
        while total < Self.turn {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count >= 0 else { throw Failure(what: "receive", code: errno) }
            do throws(ResponseReader.Failure) {
                let answers = count == 0 ? try reader.finish() : try reader.feed(Array(buffer[..<count]))
                events += answers.map(Event.answer)
            } catch { throw Failure(what: "no proper HTTP: \(error)", code: 0) }
            guard count > 0 else { throw Failure(what: "closed by the peer", code: 0) }
            total += count
        }
    }
}
