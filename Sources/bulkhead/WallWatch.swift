import Isolation
import VMIsolation

/// Sees that what keeps a run's guest in stays there, and says so where it did not.
struct WallWatch: Sendable {
    static let standard = Duration.seconds(2)

    let engine: Engine
    let machines: Engine.Machines
    let config: ContainerConfig
    let interval: Duration
    /// The launch has seen to them itself by then.
    let begun = Once<Void>()

    /// Until it is cancelled, or there are none around this guest.
    func run(say: (String) -> Void) async {
        guard (try? await begun.value()) != nil, let side = await side(), side.hasWalls else { return }
        var last = ""
        await side.guardWalls(every: interval) { look in
            switch look {
            case .success(let networks):
                for network in networks {
                    say("what keeps guests of \(network) in was taken away, and is set anew")
                }
                last = ""
            case .failure(let error):
                let words = "guests are not kept in: \(error)"
                if words != last { say(words) }
                last = words
            }
        }
    }

    private func side() async -> GuestSide? {
        while (try? await Task.sleep(for: interval)) != nil {
            if let side = try? await engine.guestSide(machines, of: config) { return side }
        }
        return nil
    }
}
