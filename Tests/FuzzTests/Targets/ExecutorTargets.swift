@testable import ExecutorCore

extension FuzzTarget {
    static let executor = [
        FuzzTarget(
            "http-response",
            seeds: [
                [30] + [UInt8]("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                [200] + [UInt8]("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\nHTTP/1.1 503 No\r\nConnection: close\r\n\r\nx"),
            ]
        ) { bytes in
            let (first, second) = bytes.halves
            try hold(events([first + second]) == events([first, second]), "a cut changes the answers")
        },
        FuzzTarget("event", seeds: []) { bytes in
            guard let event = try? AgentEvent(bytes) else { return }
            if case .launchGroup(let tasks) = event { try hold(!tasks.isEmpty, "a group without tasks") }
        },
        FuzzTarget("json", seeds: [[UInt8](#"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",null,true],"b":{}}"#)]) { bytes in
            guard let value = try? JSONReader.read(bytes) else { return }
            let text = value.bytes
            let again = try? JSONReader.read(text)
            try hold(again == value, "what was written is read otherwise: \(String(decoding: text, as: UTF8.self))")
        },
        FuzzTarget("records", seeds: [[3] + [UInt8]("5\nhello2\n{}")]) { bytes in
            func records(_ parts: [[UInt8]]) -> [[UInt8]]? {
                var reader = RecordReader(limit: 1 << 20)
                return try? parts.flatMap { try reader.feed($0) }
            }
            let (first, second) = bytes.halves
            try hold(records([first + second]) == records([first, second]), "a cut changes the records")
        },
    ]

    /// Bytes of bodies joined: where they are cut says nothing.
    private static func events(_ parts: [[UInt8]]) -> [ResponseReader.Event]? {
        var reader = ResponseReader()
        guard let all = try? parts.flatMap({ try reader.feed($0) }) else { return nil }
        var joined: [ResponseReader.Event] = []
        for event in all {
            if case .body(let more) = event, case .body(let before)? = joined.last {
                joined[joined.count - 1] = .body(before + more)
            } else {
                joined.append(event)
            }
        }
        return joined
    }
}
