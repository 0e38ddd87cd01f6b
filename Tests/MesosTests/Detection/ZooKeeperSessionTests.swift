import TestSupport
import Testing

@testable import Mesos

struct ZooKeeperSessionTests {
    private func frame(_ write: (inout JuteWriter) -> Void) -> [UInt8] {
        var writer = JuteWriter()
        write(&writer)
        return writer.bytes
    }

    private func accepted(_ timeout: Int32) -> [UInt8] {
        frame {
            $0.write(Int32(0))
            $0.write(timeout)
            $0.write(Int64(7))
            $0.write([1, 2] as [UInt8])
        }
    }

    private func list(_ number: Int32, _ names: [String]) -> [UInt8] {
        frame {
            $0.write(number)
            $0.write(Int64(5))
            $0.write(Int32(0))
            $0.write(Int32(names.count))
            for name in names { $0.write(name) }
        }
    }

    @Test func silenceIsPingedThenLeftAndAtLastThereIsNoLeader() throws {
        let begin = ContinuousClock.now
        var session = ZooKeeperSession(try ZooKeeperAddress("zk://h:1/m"), timeout: .seconds(10), at: begin)
        _ = session.opened(at: begin)
        _ = session.take(accepted(6000), at: begin)
        #expect(session.take(list(1, []), at: begin) == [.announce(nil)])
        #expect(session.tick(at: begin + .seconds(1)) == [])
        #expect(session.tick(at: begin + .seconds(2)) == [.send(ZooKeeperProtocol.pingFrame())])
        #expect(session.tick(at: begin + .seconds(3)) == [])
        #expect(session.tick(at: begin + .seconds(4)) == [.disconnect])
        // What still comes of that connection counts no more.
        #expect(session.take(list(1, ["0000000001"]), at: begin + .seconds(4)) == [])
        #expect(session.tick(at: begin + .seconds(9)) == [])
        #expect(session.tick(at: begin + .seconds(10)) == [])
    }

    @Test func aLeaderIsKeptForAsLongAsTheSessionAndNoLonger() throws {
        let begin = ContinuousClock.now
        var session = ZooKeeperSession(try ZooKeeperAddress("zk://h:1/m"), timeout: .seconds(10), at: begin)
        _ = session.opened(at: begin)
        _ = session.take(accepted(10_000), at: begin)
        _ = session.take(list(1, ["0000000001"]), at: begin)
        let content = frame {
            $0.write(Int32(2))
            $0.write(Int64(6))
            $0.write(Int32(0))
            $0.write("master@192.0.2.1:5050")
        }
        #expect(session.take(content, at: begin) == [.announce(UPID("master@192.0.2.1:5050"))])
        session.closed(at: begin + .seconds(1))
        #expect(session.tick(at: begin + .seconds(10)) == [])
        // A server that does not greet gives no new time.
        _ = session.opened(at: begin + .seconds(10))
        #expect(session.tick(at: begin + .seconds(11)) == [.announce(nil)])
        #expect(session.tick(at: begin + .seconds(12)) == [])
    }

    @Test func whereNobodyEverAnswersThereIsNoLeader() throws {
        let begin = ContinuousClock.now
        var session = ZooKeeperSession(try ZooKeeperAddress("zk://h:1/m"), timeout: .seconds(10), at: begin)
        #expect(session.tick(at: begin + .seconds(9)) == [])
        #expect(session.tick(at: begin + .seconds(10)) == [.announce(nil)])
    }

    @Test func noiseNeverTraps() throws {
        var random = SeededGenerator(seed: 77)
        let now = ContinuousClock.now
        let address = try ZooKeeperAddress("zk://u:p@h:1/m")
        let event = frame {
            $0.write(ZooKeeperProtocol.event)
            $0.write(Int64(-1))
            $0.write(Int32(0))
        }
        let good = [accepted(10_000), list(1, ["x"]), event, list(2, ["y", "json.info_0000000002"]), list(3, [])]
        var disconnected = 0
        for _ in 0..<3000 {
            var session = ZooKeeperSession(address, timeout: .seconds(10), at: now)
            _ = session.opened(at: now)
            for next in good {
                var bytes = next
                for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    if Bool.random(using: &random) {
                        bytes[place] = UInt8.random(in: 0...255, using: &random)
                    } else {
                        bytes.removeSubrange(place...)
                    }
                }
                if session.take(bytes, at: now).contains(.disconnect) { disconnected += 1 }
            }
        }
        #expect((100..<3000).contains(disconnected))
    }
}
