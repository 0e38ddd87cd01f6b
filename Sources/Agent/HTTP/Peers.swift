import NIOCore
import Synchronization

/// The connections of one server, counted by their peers.
final class Peers: Sendable {
    private struct Peer {
        var connections = 0
        var streams = 0
    }

    private struct State {
        var peers: [String: Peer] = [:]
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state = Mutex(State())
    private let limits: HTTPLimits

    init(_ limits: HTTPLimits) { self.limits = limits }

    /// - Returns: whether the connection may stay; one that may is counted until ``leave(_:_:)``.
    func admit(_ channel: any Channel, _ peer: String) -> Bool {
        state.withLock { state in
            let count = state.peers[peer]?.connections ?? 0
            guard state.channels.count < limits.connections, count < limits.connectionsPerPeer else { return false }
            state.peers[peer, default: Peer()].connections += 1
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    func leave(_ channel: any Channel, _ peer: String) {
        state.withLock { state in
            guard state.channels.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return }
            state.peers[peer]?.connections -= 1
            if state.peers[peer]?.connections == 0 { state.peers[peer] = nil }
        }
    }

    func stream(_ change: Int, of peer: String) {
        state.withLock { $0.peers[peer]?.streams += change }
    }

    func hasStream(_ peer: String) -> Bool { state.withLock { $0.peers[peer]?.streams ?? 0 > 0 } }

    var channels: [any Channel] { state.withLock { Array($0.channels.values) } }
}
