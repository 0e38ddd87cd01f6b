public import FoundationEssentials
public import Isolation
import Synchronization

/// A host in memory, with machines that run one command each. It outlives the launchers that use it.
public final class FakeHost: Sendable {
    final class Machine: Sendable {
        struct State {
            var hasCommand = false
            var output = ""
            var errors = ""
            /// A command beside has left its number and runs.
            var hasLeft = false
        }

        let found: FoundMachine
        let command: [String]
        let sandbox: String?
        let state = Mutex(State())
        let machineEnd = Once<Termination>()
        let commandEnd = Once<Termination>()

        init(_ found: FoundMachine, _ command: [String], _ sandbox: String?) {
            (self.found, self.command, self.sandbox) = (found, command, sandbox)
        }
    }

    let machines = Mutex<[UUID: Machine]>([:])
    private let foreign = Mutex<[FoundMachine]>([])

    public init() {}

    /// A machine that nobody's record knows.
    public func add(_ machine: FoundMachine) { foreign.withLock { $0.append(machine) } }

    public var all: [FoundMachine] {
        machines.withLock { $0.values.map(\.found) } + foreign.withLock { $0 }
    }

    /// The command ends by itself.
    public func endCommand(of machine: UUID, _ outcome: Outcome) {
        self[machine]?.commandEnd.fulfil(.success(Termination(outcome, evidence: ["fake command"])))
    }

    /// The machine ends under its command.
    public func endMachine(_ machine: UUID, _ outcome: Outcome) {
        self[machine]?.machineEnd.fulfil(.success(Termination(outcome, evidence: ["fake machine"])))
    }

    subscript(machine: UUID) -> Machine? { machines.withLock { $0[machine] } }

    func remove(_ id: UUID) {
        foreign.withLock { $0.removeAll { $0.id == id } }
        guard let machine = machines.withLock({ $0.removeValue(forKey: id) }) else { return }
        machine.commandEnd.fulfil(.success(Termination(.destroyed, evidence: ["fake stop"])))
        machine.machineEnd.fulfil(.failure(CancellationError()))
    }
}

extension FakeHost.Machine {
    /// The commands of ``ContractCommands/fake``, and `deaf`, which no signal ends.
    func begin() {
        guard state.withLock({ !exchange(&$0.hasCommand, true) }) else { return }
        switch command.first {
        case "exit": end(.exited(command.dropFirst().first.flatMap { Int32($0) } ?? 0))
        case "killed": end(.signalled(9))
        case "print":
            write("to out\n", "to err\n")
            end(.exited(0))
        case "wait": write("before\n", "")
        case "speak":
            write("before\n", "")
            Task {
                try await Task.sleep(for: .milliseconds(200))
                self.write("after\n", "")
                self.end(.exited(5))
            }
        default: return
        }
    }

    func signal(_ number: Int32) {
        guard state.withLock({ $0.hasCommand }), command.first != "deaf" else { return }
        guard command.first == "wait", number == 10 else { return end(.signalled(number)) }
        guard commandEnd.current == nil else { return }
        write("after\n", "")
        end(.exited(5))
    }

    private func end(_ outcome: Outcome) {
        commandEnd.fulfil(.success(Termination(outcome, evidence: ["fake command"])))
    }

    /// As a process does whose streams are files.
    private func write(_ output: String, _ errors: String) {
        state.withLock { state in
            state.output += output
            state.errors += errors
            guard let sandbox else { return }
            try? Data(state.output.utf8).write(to: URL(filePath: sandbox + "/stdout"))
            try? Data(state.errors.utf8).write(to: URL(filePath: sandbox + "/stderr"))
        }
    }

    private func exchange(_ value: inout Bool, _ new: Bool) -> Bool {
        defer { value = new }
        return value
    }
}

extension ContractCommands {
    public static let fake = ContractCommands(
        exitsWith7: TaskCommand(arguments: ["exit", "7"]), killedBy9: TaskCommand(arguments: ["killed"]),
        sleeps: TaskCommand(arguments: ["sleep"]), prints: TaskCommand(arguments: ["print"]),
        waitsForSignal: TaskCommand(arguments: ["wait"]), speaksTwice: TaskCommand(arguments: ["speak"]),
        copies: TaskCommand(arguments: ["copy"]), leavesNumber: TaskCommand(arguments: ["leave"]),
        findsNumber: TaskCommand(arguments: ["find"]))
}
