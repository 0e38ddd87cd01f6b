/// The bytes of a request.
package enum Request {
    package static func call(_ body: [UInt8], to endpoint: String, token: String?) -> [UInt8] {
        var head = "POST /api/v1/executor HTTP/1.1\r\nHost: \(endpoint)\r\nContent-Type: application/json\r\n"
        head += "Accept: application/json\r\nContent-Length: \(body.count)\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    /// A check's.
    package static func get(_ path: String, port: UInt16, isIPv6: Bool) -> [UInt8] {
        let host = isIPv6 ? "[::1]" : "127.0.0.1"
        let words = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nUser-Agent: bulkhead-executor\r\n"
        return Array((words + "Accept: */*\r\nConnection: close\r\n\r\n").utf8)
    }
}
