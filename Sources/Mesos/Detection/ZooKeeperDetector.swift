/// The master that leads according to ZooKeeper.
///
/// A connection that is lost changes nothing until the session's timeout is over; then there is no leader until one is found.
public struct ZooKeeperDetector: MasterDetector {
    private let address: ZooKeeperAddress
    private let sessionTimeout: Duration

    init(_ address: ZooKeeperAddress, sessionTimeout: Duration) {
        (self.address, self.sessionTimeout) = (address, sessionTimeout)
    }

    public func leaders() -> AsyncThrowingStream<UPID?, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(16)) { leaders in
            let watcher = ZooKeeperWatcher(address, timeout: sessionTimeout) { leaders.yield($0) }
            let work = Task {
                do { try await watcher.run() } catch { leaders.finish(throwing: error) }
            }
            leaders.onTermination = { _ in work.cancel() }
        }
    }
}
