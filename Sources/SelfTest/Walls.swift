import Glibc
import Isolation
public import VMIsolation

/// Launches two guests, tries to get out of one by every way that we know of, and says what held.
public struct Walls: Sendable {
    /// What the caller does to the guests when both run, before anything is tried.
    public typealias Preparation = @Sendable (_ attacker: GuestPlace, _ neighbour: GuestPlace) async throws -> Void

    private let guests: Guests
    private let isOurNetwork: Bool
    private let programs: AgentPrograms

    /// - Parameters:
    ///   - image: of the guests, by name or path.
    ///   - program: the canary, from `bin/build-canary`.
    ///   - programs: where they are missing, what needs an agent is not tried.
    /// - Throws: ``BulkheadError`` with `badOption`.
    public init(
        _ engine: Engine, _ machines: Engine.Machines, image: String, program: String, programs: AgentPrograms
    ) throws {
        guests = Guests(
            engine: engine, containerizer: try engine.containerizer(machines, try IsolationList("vm")),
            image: ImageStore.absolute(image), program: program)
        isOurNetwork = machines.network == nil
        self.programs = programs
    }

    /// Cancelling ends the guests and what was made for them.
    ///
    /// - Throws: ``BulkheadError`` where a guest does not come to run, or does not do what it is told to.
    public func run(prepared: Preparation = { _, _ in }) async throws -> [Finding] {
        try await closed(prepared) + waysOut() + agent()
    }

    /// Two guests without a way out.
    func closed(_ prepared: Preparation) async throws -> [Finding] {
        try await guests.withTwo { attacker, neighbour in
            try await prepared(attacker.place, neighbour.place)
            var findings = [
                Finding(
                    control: "control-launch", "two guests boot, get addresses and run a command",
                    to: "\(attacker.place.address), \(neighbour.place.address)", works: true, "both run")
            ]
            findings += try await NetworkTest(attacker: attacker, neighbour: neighbour).run()
            findings += MachineTest(place: attacker.place).run()
            let reach = MonitorReach(
                attacker: attacker, neighbour: neighbour, state: guests.engine.state, program: guests.program)
            findings += try await reach.run()
            let resources = ResourceTest(
                attacker: attacker.canary, neighbour: neighbour.canary, place: attacker.place,
                state: guests.engine.state)
            resources.begin()
            findings += try await FilesTest(canary: neighbour.canary).run()
            return findings + (try await resources.run())
        }
    }

    /// Two executors of an agent.
    func agent(_ weakness: AgentTest.Weakness? = nil) async throws -> [Finding] {
        try await AgentTest(engine: guests.engine, image: guests.image, programs: programs).run(weakness)
    }

    /// Two guests with one each.
    func waysOut(_ prepared: Preparation = { _, _ in }) async throws -> [Finding] {
        guard isOurNetwork else { return EgressTest.notTried("a guest on --network has the way out that it gives") }
        return try await EgressTest(guests).run(prepared: prepared)
    }
}
