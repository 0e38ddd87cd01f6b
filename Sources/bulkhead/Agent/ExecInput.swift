import Foundation
import Isolation

/// Records for a container's input, on their way to the agent.
struct ExecInput: Sendable {
    private struct Call: Encodable {
        struct Input: Encodable {
            var type: String
            var container_id: ExecCall.ID?
            var process_io: ProcessIO?
        }
        var type = "ATTACH_CONTAINER_INPUT"
        var attach_container_input: Input
    }

    private struct ProcessIO: Encodable {
        struct Bytes: Encodable {
            var type = "STDIN"
            var data: Data
        }
        struct Control: Encodable {
            struct TTY: Encodable {
                struct Size: Encodable { var rows, columns: Int }
                var window_size: Size
            }
            var type: String
            var tty_info: TTY?
        }
        var type: String
        var data: Bytes?
        var control: Control?
    }

    let records: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    init(_ id: ExecCall.ID) {
        (records, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8))
        if let first = Self.record(.init(type: "CONTAINER_ID", container_id: id)) { continuation.yield(first) }
    }

    /// No bytes end the input.
    func send(_ bytes: [UInt8]) async { await send(ProcessIO(type: "DATA", data: .init(data: Data(bytes)))) }

    func resize(_ columns: Int, _ rows: Int) async {
        let size = ProcessIO.Control.TTY(window_size: .init(rows: rows, columns: columns))
        await send(ProcessIO(type: "CONTROL", control: .init(type: "TTY_INFO", tty_info: size)))
    }

    func beat() async { await send(ProcessIO(type: "CONTROL", control: .init(type: "HEARTBEAT"))) }

    func close() { continuation.finish() }

    /// Waits while the agent takes nothing.
    private func send(_ io: ProcessIO) async {
        guard let record = Self.record(.init(type: "PROCESS_IO", process_io: io)) else { return }
        while case .dropped = continuation.yield(record) {
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    private static func record(_ input: Call.Input) -> [UInt8]? {
        guard let json = try? JSONEncoder().encode(Call(attach_container_input: input)) else { return nil }
        return Array("\(json.count)\n".utf8) + json
    }
}

/// What a container writes, as the agent tells it; no data in a heartbeat.
struct ProcessOutput: Decodable {
    struct Bytes: Decodable {
        var type: String
        var data: Data
    }
    var data: Bytes?
}

/// Takes a stream of records apart: each record's length in digits, a line feed, and its bytes.
struct RecordReader {
    private var waiting: [UInt8] = []

    /// - Throws: ``BulkheadError`` with `agentUnreachable` for what is no such stream.
    mutating func take(_ bytes: [UInt8]) throws(BulkheadError) -> [[UInt8]] {
        waiting += bytes
        var records: [[UInt8]] = []
        var begin = waiting.startIndex
        while let end = waiting[begin...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let size = Int(String(decoding: waiting[begin..<end], as: UTF8.self)), (0...(64 << 20)).contains(size)
            else { throw Self.broken }
            guard waiting.count - end - 1 >= size else { break }
            records.append(Array(waiting[(end + 1)..<(end + 1 + size)]))
            begin = end + 1 + size
        }
        waiting.removeFirst(begin)
        guard waiting.count < 20 || waiting.prefix(20).contains(UInt8(ascii: "\n")) else { throw Self.broken }
        return records
    }

    private static let broken = BulkheadError(
        .agentUnreachable, "session", "what came is no stream of records", remedy: "see what serves there")
}
