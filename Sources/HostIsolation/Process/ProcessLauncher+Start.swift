import FoundationEssentials
import Glibc
public import Isolation
import Synchronization

extension ProcessLauncher {
    /// Starts the supervisor, in its control group and with its streams; the command waits for ``execute(_:_:_:)``.
    public func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws {
        let places = ProcessPlaces(container)
        var record = ProcessRecord(
            machine: container.record.machine, name: container.id.description, owner: owner,
            bootID: ProcessIdentity.thisBoot,
            nonce: (0..<4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 16) }.joined(),
            groups: hierarchies.candidates("bulkhead-\(container.record.machine.uuidString.lowercased())"))
        // What cannot work is said before anything is made.
        let user = try Supervisor.check(container.config.command)
        let supervisor = try Supervisor(container.config.command, of: record, more: plan.environment, places: places)
        do {
            try record.write(in: container.directory)
            try places.make(container.config.command, for: user)
            let group = makeGroup(&record, plan)
            let pid = try spawn(supervisor, container, places)
            record.supervisor = ProcessIdentity(of: pid)
            do { try group.add(pid) } catch { record.notes["process"] = "not in its control group: \(error)" }
            try record.write(in: container.directory)
        } catch { throw BulkheadError.host("container \(container.id)", error) }
    }

    private func makeGroup(_ record: inout ProcessRecord, _ plan: LaunchPlan) -> ControlGroup {
        let group = ControlGroup.make(record.groups)
        if group.directories.isEmpty { record.notes["process"] = "no control group can be made here" }
        if let cpu = plan.cpu, let why = group.limit(cpu) { record.notes["cpu"] = why }
        if let memory = plan.hardLimit, let why = group.limit(memory) { record.notes["memory"] = why }
        return group
    }

    private func spawn(_ supervisor: Supervisor, _ container: ContainerContext, _ places: ProcessPlaces) throws -> pid_t
    {
        let go = try Descriptor.pipe(.writes)
        let nothing = try Descriptor("/dev/null", O_RDWR)
        var descriptors: [Int32: Descriptor] = [0: nothing, 3: go.theirs]
        let attachment: Attachment
        if container.config.output == .sandbox {
            descriptors[1] = try Spool(path: places.spool("stdout")).create()
            descriptors[2] = try Spool(path: places.spool("stderr")).create()
            attachment = Attachment(go: go.ours, input: nil, output: nil, errors: nil)
        } else {
            let (input, output, errors) = (
                try Descriptor.pipe(.writes), try Descriptor.pipe(.reads), try Descriptor.pipe(.reads)
            )
            (descriptors[0], descriptors[1], descriptors[2]) = (input.theirs, output.theirs, errors.theirs)
            attachment = Attachment(go: go.ours, input: input.ours, output: output.ours, errors: errors.ours)
        }
        let pid = try Spawn(
            arguments: supervisor.arguments, environment: supervisor.environment, directory: "/",
            descriptors: descriptors
        ).start()
        attachments.withLock { $0[container.id] = attachment }
        return pid
    }
}
