import Isolation

/// What can happen to a container's life.
enum LifeEvent: Hashable {
    case launch, commandRuns, recovered
    case commandEnded(Termination, keeping: Bool)
    case succeeded(ContainerLife.Step)
    case failed(ContainerLife.Step, Termination)
    case destroy(Termination)
}

/// A life together with the world in which its actions are taken. It knows no rule of ``ContainerLife``'s own, only what
/// must never happen to that world.
struct LifeModel: Hashable {
    private(set) var life: ContainerLife
    let isolators: Int
    /// What is being done in the world.
    private(set) var running: ContainerLife.Step?
    /// Up to here isolators have begun to prepare, or may have.
    private var begun = 0
    private var isolated = 0
    private var mayHaveMachine = false
    private var hasExecuted = false
    private var isClosed = false
    private var cleaned: Set<Int> = []
    /// Cleaned up or tried since clean-up last began.
    private var tried: [Int] = []
    private var firstReason: Termination?

    init(isolators: Int) {
        self.isolators = isolators
        life = ContainerLife(isolators: isolators)
    }

    var isOver: Bool { if case .terminated = life.state { true } else { false } }

    /// - Throws: ``Violation`` that names the broken rule.
    mutating func apply(_ event: LifeEvent) throws {
        let before = life
        let action: ContainerLife.Action
        switch event {
        case .launch: action = life.launch()
        case .commandRuns:
            let matters = life.commandRuns()
            try Violation.unless(!matters || running == .execute, "only a command that executes can run")
            action = .none
        case .commandEnded(let reason, let keeping):
            if running == .execute {
                finish(.execute)
                note(reason)
            }
            action = life.commandEnded(because: reason, keeping: keeping)
        case .succeeded(let step):
            // How a command ended must be told.
            if running == step, step != .execute || firstReason != nil { finish(step, well: true) }
            action = life.succeeded(step)
        case .failed(let step, let reason):
            if running == step {
                finish(step)
                if !step.isDown { note(reason) }
            }
            action = life.failed(step, because: reason)
        case .destroy(let reason):
            if !isOver { note(reason) }
            action = life.destroy(because: reason)
            try Violation.unless(running != nil || isOver || action != .none, "destroy finds a way on")
        case .recovered:
            recover()
            action = life.recovered()
        }
        try take(action)
        try check(since: before, event)
    }

    private mutating func note(_ reason: Termination) { firstReason = firstReason ?? reason }

    /// After a restart anything may exist.
    private mutating func recover() {
        guard !isOver else { return }
        (running, begun, mayHaveMachine, hasExecuted) = (nil, isolators, true, false)
        (cleaned, tried, isClosed) = ([], [], false)
    }

    private mutating func finish(_ step: ContainerLife.Step, well: Bool = false) {
        running = nil
        guard well else { return }
        switch step {
        case .stop: mayHaveMachine = false
        case .cleanUp(let number): cleaned.insert(number)
        case .close: isClosed = true
        case .prepare, .start, .isolate, .execute: return
        }
    }

    private mutating func take(_ action: ContainerLife.Action) throws {
        switch action {
        case .none: return
        case .cancel(let step): try Violation.unless(step == running && !step.isDown, "what is cancelled runs")
        case .perform(let step):
            try Violation.unless(running == nil, "one step at a time: \(step) beside \(String(describing: running))")
            try begin(step)
            running = step
        }
    }

    private mutating func begin(_ step: ContainerLife.Step) throws {
        try Violation.unless(!isClosed, "nothing follows the end")
        try Violation.unless(step.isDown == (firstReason != nil), "\(step) is on the way that the reason says")
        switch step {
        case .prepare(let number):
            try Violation.unless(number == begun && number < isolators && !mayHaveMachine, "prepare \(number) in turn")
            begun += 1
        case .start:
            try Violation.unless(begun == isolators && !mayHaveMachine && !hasExecuted, "started once, all prepared")
            mayHaveMachine = true
        case .isolate(let number):
            try Violation.unless(mayHaveMachine && number == isolated && !hasExecuted, "isolate \(number) in turn")
            isolated += 1
        case .execute:
            let isReady = isolated == isolators || begun == isolators
            try Violation.unless(mayHaveMachine && !hasExecuted && isReady, "executed once, all isolated")
            hasExecuted = true
        case .stop: try Violation.unless(mayHaveMachine && tried.isEmpty, "stopped once, before any clean-up")
        case .cleanUp(let number): try beginCleanUp(number)
        case .close:
            let all = cleaned == Set(0..<begun)
            try Violation.unless(!mayHaveMachine && all, "everything is cleaned up before the end")
        }
    }

    private mutating func beginCleanUp(_ number: Int) throws {
        try Violation.unless(!mayHaveMachine, "no clean-up beside a machine")
        try Violation.unless(number < begun, "\(number) was never prepared")
        try Violation.unless(!cleaned.contains(number), "\(number) is cleaned up once")
        if tried.contains(number) { tried = Array(cleaned) }
        let later = Set((number + 1)..<max(begun, number + 1))
        try Violation.unless(later.isSubset(of: tried), "\(number) comes after all that were prepared later")
        tried.append(number)
    }

    private func check(since before: ContainerLife, _ event: LifeEvent) throws {
        try Violation.unless(life.termination == firstReason, "the first reason wins")
        try Violation.unless(life.step == running, "the life knows what is under way")
        if case .terminated = before.state {
            try Violation.unless(life.state == before.state, "the end is final")
        }
        if isOver { try Violation.unless(isClosed && running == nil, "the end comes after everything") }
        if case .running = life.state { try Violation.unless(running == .execute, "a running command executes") }
    }
}

struct Violation: Error, CustomStringConvertible {
    let description: String

    static func unless(_ holds: Bool, _ rule: @autoclosure () -> String) throws {
        guard holds else { throw Violation(description: rule()) }
    }
}

extension ContainerLife.Step {
    /// It undoes.
    var isDown: Bool {
        switch self {
        case .stop, .cleanUp, .close: true
        case .prepare, .start, .isolate, .execute: false
        }
    }

    static func all(isolators: Int) -> [ContainerLife.Step] {
        let each = (0..<isolators).flatMap { [ContainerLife.Step.prepare($0), .isolate($0), .cleanUp($0)] }
        return each + [.start, .execute, .stop, .close]
    }
}
