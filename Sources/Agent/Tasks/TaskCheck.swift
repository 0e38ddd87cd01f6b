public import Isolation
public import Mesos

/// Whether a task is one that can be run here, before anything is stored.
enum TaskCheck {
    /// - Throws: ``BulkheadError`` with `badOption`, `badName` or `badResource`.
    static func check(_ task: Mesos_V1_TaskInfo, isGroup: Bool = false) throws(BulkheadError) {
        let subject = "task “\(task.taskID.value)”"
        try check(id: task.taskID.value, subject)
        guard isGroup || task.hasCommand != task.hasExecutor else {
            throw bad(
                subject, task.hasCommand ? "it has a command and an executor" : "it has neither command nor executor",
                "give it one of them")
        }
        if task.hasExecutor {
            try check(id: task.executor.executorID.value, "executor “\(task.executor.executorID.value)”")
            if task.executor.type != .default { try check(task.executor.command, "\(subject), executor") }
            if task.executor.hasContainer { try check(task.executor.container, subject) }
        }
        if task.hasCommand { try check(task.command, subject) }
        if task.hasContainer { try check(task.container, subject) }
        try check(task.resources, subject)
        if task.hasExecutor { try checkKinds(task.executor.resources, subject) }
        if task.hasKillPolicy, task.killPolicy.gracePeriod.nanoseconds < 0 {
            throw bad(subject, "its kill policy has a negative grace period", "give 0 or more")
        }
        if task.hasHealthCheck, task.hasCheck, task.healthCheck.type == .unknown || task.check.type == .unknown {
            throw bad(subject, "a check has no type", "COMMAND, HTTP or TCP")
        }
    }

    /// The same for tasks that go together to one executor.
    static func check(_ group: [Mesos_V1_TaskInfo], for executor: Mesos_V1_ExecutorInfo) throws(BulkheadError) {
        for task in group { try check(task, isGroup: true) }
        guard var probe = group.first else { return }
        probe.clearCommand()
        probe.executor = executor
        try check(probe)
    }

    /// Mesos' rule: ids become names of directories.
    static func isID(_ id: String) -> Bool {
        !id.isEmpty && id != "." && id != ".." && id.utf8.count <= 255
            && id.unicodeScalars.allSatisfy { $0 != "/" && $0 != "\\" && $0.value > 0x1F && $0.value != 0x7F }
    }

    private static func check(id: String, _ subject: String) throws(BulkheadError) {
        guard isID(id) else {
            throw BulkheadError(
                .badName, subject, "its id cannot be the name of a directory",
                remedy: "use up to 255 characters, without slashes and control characters")
        }
    }

    private static func check(_ command: Mesos_V1_CommandInfo, _ subject: String) throws(BulkheadError) {
        guard command.hasValue, !command.value.isEmpty else {
            throw bad(subject, "its command is empty", "set “value”")
        }
        guard command.uris.isEmpty else {
            throw bad(
                subject, "URIs are not fetched here", "have them in the image, or fetch them in the command")
        }
        for variable in command.environment.variables where variable.name.isEmpty || variable.name.contains("=") {
            throw bad(subject, "“\(variable.name)” is no variable's name", "use a name without “=”")
        }
    }

    static func check(_ container: Mesos_V1_ContainerInfo, _ subject: String) throws(BulkheadError) {
        guard container.type == .mesos else {
            throw bad(subject, "containers of type DOCKER are not run here", "use type MESOS")
        }
        guard container.volumes.isEmpty else {
            throw bad(subject, "volumes are not given to containers here", "leave them out")
        }
    }

    private static func check(_ resources: [Mesos_V1_Resource], _ subject: String) throws(BulkheadError) {
        try checkKinds(resources, subject)
        for name in ["cpus", "mem"] {
            guard resources.contains(where: { $0.name == name && $0.scalar.value > 0 }) else {
                throw BulkheadError(
                    .badResource, subject, "it asks for no \(name)",
                    remedy: "give cpus, and mem in MiB; disk, in MiB, may be left out")
            }
        }
    }

    /// What a task that runs is to have instead.
    ///
    /// - Throws: ``BulkheadError`` with `badResource`.
    static func check(share: [Mesos_V1_Resource], _ subject: String) throws(BulkheadError) {
        try checkKinds(share, subject)
        guard !share.isEmpty, Set(share.map(\.name)).count == share.count, share.allSatisfy({ $0.scalar.value > 0 }) else {
            throw BulkheadError(
                .badResource, subject, "the list is empty, or has a name twice or an amount of 0",
                remedy: "give cpus, mem or disk once each, mem and disk in MiB")
        }
    }

    private static func checkKinds(_ resources: [Mesos_V1_Resource], _ subject: String) throws(BulkheadError) {
        for resource in resources {
            guard ["cpus", "mem", "disk"].contains(resource.name), resource.type == .scalar else {
                throw BulkheadError(
                    .badResource, subject, "there is no resource “\(resource.name)” of this type here",
                    remedy: "use cpus, mem and disk")
            }
            guard !resource.disk.hasPersistence, !resource.disk.hasVolume else {
                throw BulkheadError(
                    .badResource, subject, "persistent volumes are not given to containers here",
                    remedy: "leave the volume out; keep data elsewhere")
            }
            guard resource.scalar.value.isFinite, resource.scalar.value >= 0, resource.scalar.value < 0x1p40 else {
                throw BulkheadError(
                    .badResource, subject, "\(resource.scalar.value) is no amount of \(resource.name)",
                    remedy: "give a positive number")
            }
        }
    }

    private static func bad(_ subject: String, _ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.badOption, subject, why, remedy: remedy)
    }
}

extension ExecutorOptions {
    /// Whether a container can be had here.
    ///
    /// - Parameter subject: what names it, for the error.
    /// - Throws: ``BulkheadError`` with `badOption`.
    public static func check(_ container: Mesos_V1_ContainerInfo, _ subject: String) throws(BulkheadError) {
        try TaskCheck.check(container, subject)
    }
}
