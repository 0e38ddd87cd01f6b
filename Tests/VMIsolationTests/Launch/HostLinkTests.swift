import Foundation
import Glibc
import Isolation
import Synchronization
import TestSupport
import Testing

@testable import VMIsolation

/// A daemon that is away is not besieged, however many want it.
@Suite struct HostLinkTests {
    private let door = Door()

    private var uri: String { "qemu:///system?socket=\(door.path)" }

    private func refused(_ link: HostLink, times: Int) async -> [BulkheadError.Reason?] {
        await withTaskGroup(of: BulkheadError.Reason?.self) { group in
            for _ in 0..<times {
                group.addTask {
                    do { _ = try await link.connect() } catch { return (error as? BulkheadError)?.reason }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func manyWhoAskAtOnceShareOneAttempt() async throws {
        try door.open()
        let link = HostLink(uri: uri)
        let reasons = await refused(link, times: 100)
        #expect(reasons.count == 100 && reasons.allSatisfy { $0 != nil }, "\(reasons)")
        // An attempt may knock more than once, and the first pause may end while some have not asked yet.
        #expect(1...10 ~= door.knocks, "\(door.knocks) connections")
    }

    @Test func thePausesGrow() async throws {
        try door.open()
        let link = HostLink(uri: uri)
        _ = await refused(link, times: 1)
        let first = max(1, door.knocks)
        let end = ContinuousClock.now + .milliseconds(1500)
        while ContinuousClock.now < end {
            _ = await refused(link, times: 1)
            try await Task.sleep(for: .milliseconds(2))
        }
        // 50, 100, 200, 400, 800 ms: five more.
        #expect(2 * first...7 * first ~= door.knocks, "\(door.knocks) connections, \(first) for one attempt")
    }

    @Test func patienceHasAnEnd() async throws {
        let link = HostLink(uri: uri)
        let began = ContinuousClock.now
        let error = await #expect(throws: BulkheadError.self) { _ = try await link.reconnect(for: .milliseconds(300)) }
        #expect(error?.reason == .hypervisorUnreachable)
        #expect(ContinuousClock.now - began >= .milliseconds(300))
    }
}

/// A socket at which everybody is turned away and counted.
private final class Door: Sendable {
    let directory = TemporaryDirectory()
    var path: String { directory.path + "/d" }
    private let counter = Counter()
    private let socket = Mutex<Int32>(-1)

    var knocks: Int { counter.count.withLock { $0 } }

    /// What the thread keeps, so that it does not keep the door.
    private final class Counter: Sendable { let count = Mutex(0) }

    func open() throws {
        let number = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(number >= 0 && status == 0 && listen(number, 64) == 0)
        socket.withLock { $0 = number }
        Thread { [counter] in
            while true {
                let guest = accept(number, nil, nil)
                guard guest >= 0 else { return }
                counter.count.withLock { $0 += 1 }
                close(guest)
            }
        }.start()
    }

    deinit {
        let number = socket.withLock { $0 }
        // Wakes the thread that accepts.
        if number >= 0 {
            shutdown(number, Int32(SHUT_RDWR))
            close(number)
        }
    }
}
