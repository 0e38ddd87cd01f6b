import Isolation

/// What one container of the crash test runs, and so what it must write and how it must end.
struct Trial: Codable {
    enum Kind: String, Codable, CaseIterable { case quick, count, bulk, signal, powerOff, reboot }

    let id: ContainerID
    let kind: Kind
    /// Lines on standard output.
    let lines: Int
    let status: Int32

    /// Mostly what lasts long enough to see some restarts.
    init(_ id: ContainerID, using random: inout some RandomNumberGenerator) {
        self.id = id
        let kinds: [Kind] = [.quick, .quick, .count, .count, .count, .count, .bulk, .bulk, .signal, .powerOff, .reboot]
        kind = kinds.randomElement(using: &random) ?? .quick
        status = Int32.random(in: 0...100, using: &random)
        lines =
            switch kind {
            case .quick, .signal, .powerOff, .reboot: 1
            case .count: Int.random(in: 20...200, using: &random)
            case .bulk: Int.random(in: 1000...40_000, using: &random)
            }
    }

    var script: String {
        switch kind {
        case .quick: "echo \(id) 1; echo error \(id) 1 >&2; exit \(status)"
        case .count:
            "i=0; while [ $i -lt \(lines) ]; do i=$((i + 1)); echo \(id) $i; echo error \(id) $i >&2; sleep 0.1; done; "
                + "exit \(status)"
        case .bulk: "seq 1 \(lines) | sed 's/^/\(id) /'; echo error \(id) 1 >&2; exit \(status)"
        case .signal: "echo \(id) 1; echo error \(id) 1 >&2; kill -TERM $$; sleep 60"
        case .powerOff: "echo \(id) 1; echo error \(id) 1 >&2; sleep 1; poweroff -f; sleep 60"
        case .reboot: "echo \(id) 1; echo error \(id) 1 >&2; sleep 1; reboot -f; sleep 60"
        }
    }

    func text(_ prefix: String = "", lines count: Int) -> String {
        count < 1 ? "" : (1...count).map { "\(prefix)\(id) \($0)\n" }.joined()
    }

    var output: String { text(lines: lines) }
    var errors: String { text("error ", lines: kind == .count ? lines : 1) }

    /// The command ends by itself and its guest stays, so all that it wrote can be fetched.
    var endsWell: Bool { ![.powerOff, .reboot].contains(kind) }

    /// How it ends where nobody ends it before.
    var outcomes: [Outcome] {
        switch kind {
        case .quick, .count, .bulk: [.exited(status)]
        case .signal: [.signalled(15)]
        case .powerOff: [.guestPoweredOff]
        case .reboot: [.guestRebooted]
        }
    }
}
