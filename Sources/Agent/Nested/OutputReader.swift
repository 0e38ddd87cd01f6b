import Isolation
import Mesos
import SwiftProtobuf

/// In which form a stream of output is asked for.
struct OutputForm: Sendable {
    /// JSON or protobuf.
    var message: MediaType
    /// The answer is called a stream of records; else by the form of these.
    var isRecordIO: Bool

    var headers: [(String, String)] {
        isRecordIO
            ? [("Content-Type", MediaType.recordio.rawValue), ("Message-Content-Type", message.rawValue)]
            : [("Content-Type", message.rawValue)]
    }
}

/// Whoever reads the output of a container: records as long as there are any, heartbeats meanwhile.
final class OutputReader: Sendable {
    private let queue: OutputQueue
    private let interval: Duration
    private let beating: Task<Void, Never>
    private let gone: @Sendable () -> Void

    /// - Parameter gone: called when nobody reads any more, at the stream's end too; perhaps more than once.
    init(_ queue: OutputQueue, heartbeat: Duration, gone: @escaping @Sendable () -> Void) {
        self.queue = queue
        interval = heartbeat
        self.gone = gone
        beating = Task {
            while (try? await Task.sleep(for: heartbeat)) != nil {
                if queue.isEmpty { _ = queue.offer(.heartbeat, size: 1) }
            }
        }
    }

    deinit {
        beating.cancel()
        queue.leave()
        gone()
    }

    func answer(_ form: OutputForm) -> HTTPAnswer {
        let type = form.message
        let records = AsyncStream<[UInt8]> { await self.next(type) }
        return HTTPAnswer(status: 200, headers: form.headers, body: .stream(records))
    }

    private func next(_ type: MediaType) async -> [UInt8]? {
        do {
            guard let piece = try await queue.next() else {
                // Broken off, and not ended: the answer must not look whole.
                if queue.isLeft { withUnsafeCurrentTask { $0?.cancel() } }
                return nil
            }
            return RecordIO.encode(try type.encode(message(piece)))
        } catch { return nil }
    }

    private func message(_ piece: OutputPiece) -> Mesos_V1_Agent_ProcessIO {
        .with {
            switch piece {
            case .output(let bytes): ($0.type, $0.data.type, $0.data.data) = (.data, .stdout, .init(bytes))
            case .errors(let bytes): ($0.type, $0.data.type, $0.data.data) = (.data, .stderr, .init(bytes))
            case .heartbeat:
                ($0.type, $0.control.type) = (.control, .heartbeat)
                $0.control.heartbeat.interval.nanoseconds = interval.nanoseconds
            }
        }
    }
}
