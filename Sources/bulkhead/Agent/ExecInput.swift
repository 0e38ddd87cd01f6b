import Foundation

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
