import Isolation

/// `vm/console`: the guest's serial console, kept on the host and bounded by libvirt's log daemon.
/// docs/isolators/console.md
struct ConsoleIsolator: Isolator {
    let name = "vm/console"
    let state: StateDirectory

    init(state: StateDirectory) { self.state = state }

    /// The file is made by us, so that it stays readable to us: the log daemon only appends.
    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        let log = container.directory + "/console.log"
        try PrivateFile.replace(log, with: [])
        plan.consoleLog = log
        return plan
    }

    /// What the guest said outlives it: in the sandbox where it has one, and in the history.
    func cleanup(_ container: ContainerContext) async throws {
        let console = ConsoleLog(path: container.directory + "/console.log").bytes()
        guard !console.isEmpty else { return }
        History(state).keep(console: console, of: container.id)
        if let sandbox = container.sandbox {
            try Sandbox(existing: sandbox).replace(Sandbox.Log.console.rawValue, with: console)
        }
    }
}
