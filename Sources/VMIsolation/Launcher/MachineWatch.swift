import Foundation
import Isolation
import Synchronization

/// Sees how one machine ends that ends by itself; one for each machine, however many wait for it. Events only say when
/// to look, what counts is the machine's state. Survives restarts of the hypervisor's daemon.
final class MachineWatch: Sendable {
    /// The machine's end, when it comes.
    let end = Once<Termination>()
    /// The guest's first reboot.
    let reboot = Once<Void>()
    /// We ended it ourselves: whoever follows its command need not try any longer.
    let stopped = Once<Void>()
    private let machine: UUID
    private let hypervisor: any Hypervisor
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(_ machine: UUID, _ hypervisor: any Hypervisor) {
        self.machine = machine
        self.hypervisor = hypervisor
        work.withLock { $0 = Task { [weak self] in await self?.run() } }
    }

    func stop() {
        work.withLock { $0?.cancel() }
        stopped.fulfil(.success(()))
    }

    private func run() async {
        var hints: [String] = []
        while !Task.isCancelled, end.current == nil {
            let events = try? await hypervisor.events(of: machine)
            try? await look(hints, isLast: true)
            if let events {
                for await event in events where end.current == nil {
                    if let hint = event.evidence { hints = (hints + [hint]).suffix(20) }
                    if event == .rebooted { reboot.fulfil(.success(())) }
                    try? await look(hints, isLast: event == .stopped)
                }
            }
            // The daemon went away: the machine is looked at again as soon as it is back.
            if end.current == nil { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// Reads the truth. Its reason is the same for a panic and for a killed monitor; an event before the last one tells
    /// them apart, and the state may be ahead of the events.
    private func look(_ hints: [String], isLast: Bool) async throws {
        let state = try await hypervisor.state(of: machine)
        let panicked = hints.contains("domain event: crashed")
        let outcome: Outcome? =
            switch state {
            case .running, .paused: nil
            case .poweredOff: .guestPoweredOff
            case .panicked: .guestPanicked
            case .failed: panicked ? .guestPanicked : isLast ? .monitorKilled : nil
            case .destroyed, .gone: panicked ? .guestPanicked : .destroyed
            }
        guard let outcome else { return }
        end.fulfil(.success(Termination(outcome, evidence: hints + ["domain state: \(state)"])))
    }
}

extension MachineEvent {
    /// In words, where it tells why a machine ended.
    var evidence: String? {
        switch self {
        case .panicked: "domain event: crashed"
        case .rebooted: "domain event: reboot"
        case .outOfSpace(let device): "domain event: no space left for \(device)"
        case .ioError(let device): "domain event: I/O error of \(device)"
        case .watchdog: "domain event: watchdog"
        case .changed, .stopped, .balloon: nil
        }
    }
}
