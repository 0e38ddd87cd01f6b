import CLinux
import ExecutorCore
import Glibc

/// Waits for whatever comes next, asks the life what to do about it, and does that. All on one thread.
struct Loop {
    private var life: ExecutorLife
    private var link: AgentLink
    private var processes: Processes
    private var probes = Probes()
    private var timers = Timers()
    private let signals: Int32
    private var hasLeft = false

    init(_ settings: ExecutorSettings, environment: [String: [UInt8]]) {
        life = ExecutorLife(settings, stamp: System.stamp)
        link = AgentLink(settings, at: System.now)
        processes = Processes(directory: settings.sandbox, environment: environment)
        linux_adopt_orphans()
        linux_hide_memory()
        signal(SIGPIPE, SIG_IGN)
        var taken = sigset_t()
        sigemptyset(&taken)
        for number in [SIGCHLD, SIGTERM, SIGINT] { sigaddset(&taken, number) }
        sigprocmask(SIG_BLOCK, &taken, nil)
        signals = linux_signal_descriptor(&taken)
    }

    /// - Returns: whether an agent ever knew us.
    mutating func run() -> Bool {
        while true {
            takeNews()
            takeResults()
            while let timer = timers.takeDue(at: System.now) { life.rang(timer, at: System.now) }
            settle()
            if hasLeft { break }
            wait()
            takeSignals()
            settle()
        }
        processes.endAll()
        return link.wasSubscribed
    }

    private mutating func takeNews() {
        for news in link.advance(life, at: System.now) {
            switch news {
            case .heard(let event):
                if case .error(let why) = event { System.tell("the agent reports an error: \(why)") }
                life.heard(event, at: System.now)
            case .lost(let why):
                System.tell("lost the agent (\(why)); subscribing again")
                life.disconnected()
            case .gone(let why):
                System.tell("\(why); shutting down")
                life.abandoned(at: System.now)
            }
            settle()
        }
    }

    private mutating func takeResults() {
        for (key, result) in probes.takeResults(&processes) {
            life.checked(key.task, key.kind, result, at: System.now)
        }
    }

    private mutating func takeSignals() {
        var info = signalfd_siginfo()
        while read(signals, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
            if info.ssi_signo != UInt32(SIGCHLD) { life.shutDown(at: System.now) }
        }
        for (owner, status) in processes.reap() {
            switch owner {
            case .task(let id): life.ended(id, status, at: System.now)
            case .check(let id, let kind):
                guard let result = probes.ended(Probes.Key(task: id, kind: kind), status) else { continue }
                life.checked(id, kind, result, at: System.now)
            }
        }
    }

    /// Acts until there is nothing more to do.
    private mutating func settle() {
        while !hasLeft {
            let actions = life.takeActions()
            if actions.isEmpty { return }
            for action in actions { perform(action) }
        }
    }

    private mutating func perform(_ action: ExecutorLife.Action) {
        switch action {
        case .report(let update): link.report(update)
        case .start(let id): start(id)
        case .terminate(let id): processes.signal(.task(id), SIGTERM)
        case .destroy(let id): processes.signal(.task(id), SIGKILL)
        case .set(let timer, let time): timers.set(timer, at: System.now + time)
        case .cancel(let timer): timers.cancel(timer)
        case .check(let id, let kind, let plan):
            if let result = probes.start(Probes.Key(task: id, kind: kind), plan, &processes) {
                life.checked(id, kind, result, at: System.now)
            }
        case .stopChecks(let id): probes.stop(id, &processes)
        case .leave: hasLeft = true
        }
    }

    private mutating func start(_ id: String) {
        guard let command = life.command(toStart: id) else { return }
        do throws(Processes.Failure) {
            try processes.start(command, for: .task(id), output: STDOUT_FILENO)
            life.started(id, at: System.now)
        } catch { life.couldNotStart(id, error.what, at: System.now) }
    }

    private func wait() {
        var descriptors = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
        for connection in link.connections + probes.connections {
            descriptors.append(pollfd(fd: connection.descriptor, events: connection.interest, revents: 0))
        }
        let end = [timers.next, link.next, probes.next].compactMap(\.self).min()
        let time = end.map { max(.zero, $0 - System.now).milliseconds } ?? -1
        poll(&descriptors, nfds_t(descriptors.count), time)
    }
}
