import Mesos

/// The events on their way to one subscribed executor.
///
/// It holds a bounded number of them: for an executor that does not read, nobody else waits.
final class EventStream: Sendable {
    private let form: MediaType
    let records: AsyncStream<[UInt8]>
    private let continuation: AsyncStream<[UInt8]>.Continuation

    /// - Parameter limit: how many events may wait. At the next one the stream is closed: the executor subscribes again.
    init(form: MediaType, limit: Int) {
        self.form = form
        (records, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    /// - Returns: false where the stream has ended, or does with this.
    @discardableResult
    func send(_ event: Mesos_V1_Executor_Event) -> Bool {
        guard let record = try? form.encode(event) else { return false }
        if case .enqueued = continuation.yield(RecordIO.encode(record)) { return true }
        close()
        return false
    }

    func close() { continuation.finish() }
}
