import Dispatch
import Foundation
import Glibc

/// Asks a server of this host, as any client would.
struct HostHTTP: Sendable {
    struct Answer: Sendable {
        var status: Int
        var text: String
    }

    var port: UInt16
    /// `Authorization`.
    var proof: String

    /// - Parameters:
    ///   - question: method and path.
    ///   - patience: for each part of the answer; one that pauses for longer counts as over.
    /// - Returns: nil where there was none.
    func ask(_ question: String, json: String = "", within patience: Duration = .seconds(10)) async -> Answer? {
        let request = """
            \(question) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: \(proof)\r\n\
            Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)
            """
        let port = port
        let bytes = await withCheckedContinuation { done in
            DispatchQueue.global().async {
                done.resume(returning: HostSockets.exchange(Array(request.utf8), with: .loopback, port: port, patience))
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return Self.status(of: text).map { Answer(status: $0, text: text) }
    }

    /// Of what begins with an answer's first line.
    static func status(of text: some StringProtocol) -> Int? {
        let words = text.prefix { !$0.isNewline }.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1.") else { return nil }
        return Int(words[1])
    }
}

extension HostSockets {
    /// Sends something and reads to the end of the connection, or to a pause.
    static func exchange(_ request: [UInt8], with address: IP, port: UInt16, _ patience: Duration) -> [UInt8] {
        guard let descriptor = socket(of: address, SOCK_STREAM.rawValue) else { return [] }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        guard withSocketAddress(address, port, { connect(descriptor, $0, $1) }) == 0,
            Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { return [] }
        var answer: [UInt8] = []
        while answer.count < 1 << 20, let part = read({ recv(descriptor, $0, $1, 0) }) { answer += part }
        return answer
    }

    /// IPv4 addresses of this host, without its loopback's.
    static var ownAddresses: [IP] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        return sequence(first: first) { $0?.pointee.ifa_next }.compactMap { entry in
            guard let address = entry?.pointee.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else {
                return nil
            }
            let bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr.s_addr }
            let found = IP(UInt32(bigEndian: bytes).bytes)
            return found.bytes[0] == 127 ? nil : found
        }
    }
}
