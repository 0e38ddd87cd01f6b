import Foundation
import Isolation
import Libvirt
import Synchronization

/// Sees how a guest ends that ends by itself. Events only say when to look; what counts is the domain's state.
final class DomainWatch: Sendable {
    private let uuid: UUID
    private let link: HostLink
    private let panicked = Mutex(false)
    /// The guest's end, when it comes.
    let end = Once<Outcome>()
    /// The guest's first reboot.
    let reboot = Once<Void>()

    init(uuid: UUID, link: HostLink) {
        self.uuid = uuid
        self.link = link
    }

    /// Watches until the guest has ended or the task is cancelled; survives restarts of libvirt.
    func run() async {
        while !Task.isCancelled, end.current == nil {
            do {
                let host = try await link.reconnect(for: .seconds(3600))
                let events = try await host.connection.domainEvents([.lifecycle, .reboot])
                try await look(host, isLast: true)
                for await event in events where event.uuid == uuid {
                    try await look(host, isLast: note(event))
                    if end.current != nil { return }
                }
            } catch {
                // The daemon went away: the guest is looked at again as soon as it is back.
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// - Returns: whether it is the last event of a guest that has ended.
    private func note(_ event: DomainEvent) -> Bool {
        switch event.content {
        case .reboot: reboot.fulfil(.success(()))
        case .lifecycle(.crashed): panicked.withLock { $0 = true }
        case .lifecycle(.stopped): return true
        default: break
        }
        return false
    }

    /// Reads the truth. Its reason is the same for a panic and for a killed monitor; an event before the last one tells
    /// them apart, and the state may be ahead of the events.
    private func look(_ host: VirtualHost, isLast: Bool) async throws {
        do {
            let domain = try await host.connection.domain(uuid: uuid)
            if let outcome = outcome(of: try await domain.state(), isLast: isLast) { end.fulfil(.success(outcome)) }
        } catch let error as LibvirtError where error.code == .noDomain {
            end.fulfil(.success(.destroyed))
        }
    }

    private func outcome(of state: DomainState, isLast: Bool) -> Outcome? {
        switch state {
        case .crashed: .guestPanicked
        case .shutOff(let reason):
            switch reason {
            case .shutdown: .guestPoweredOff
            case .destroyed: .destroyed
            default: panicked.withLock { $0 } ? .guestPanicked : isLast ? .monitorKilled : nil
            }
        default: nil
        }
    }
}
