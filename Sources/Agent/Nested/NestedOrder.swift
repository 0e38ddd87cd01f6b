import Isolation
import Mesos

/// What a nested container is to be.
struct NestedOrder: Sendable {
    var id: NestedID
    var command: Mesos_V1_CommandInfo
    var container: Mesos_V1_ContainerInfo
    var isSession: Bool

    /// - Throws: ``Refusal`` with 400.
    init(
        _ id: Mesos_V1_ContainerID, _ command: Mesos_V1_CommandInfo?, _ container: Mesos_V1_ContainerInfo?,
        isSession: Bool
    ) throws(Refusal) {
        self.id = try NestedID(id)
        self.isSession = isSession
        guard let command, !command.value.isEmpty else {
            throw Refusal(status: 400, text: "'command.value' is missing: a nested container has no image of its own")
        }
        guard command.uris.isEmpty else {
            throw Refusal(status: 400, text: "URIs are not fetched here; fetch them in the command")
        }
        self.command = command
        self.container = container ?? .init()
        guard let container else { return }
        guard container.type == .mesos else {
            throw Refusal(status: 400, text: "Containers of type DOCKER are not run here")
        }
        guard !container.mesos.hasImage, container.volumes.isEmpty, container.networkInfos.isEmpty else {
            throw Refusal(status: 400, text: "A nested container has its root's image, volumes and networks, and no others")
        }
        if container.linuxInfo.hasShareCgroups, !container.linuxInfo.shareCgroups {
            throw Refusal(
                status: 400, text: "'linux_info.share_cgroups' must not be false: a nested container has its root's limits")
        }
    }

    init(_ call: Mesos_V1_Agent_Call.LaunchContainer) throws(Refusal) {
        try self.init(
            call.containerID, call.hasCommand ? call.command : nil, call.hasContainer ? call.container : nil,
            isSession: false)
    }

    init(_ call: Mesos_V1_Agent_Call.LaunchNestedContainer) throws(Refusal) {
        try self.init(
            call.containerID, call.hasCommand ? call.command : nil, call.hasContainer ? call.container : nil,
            isSession: false)
    }

    init(_ call: Mesos_V1_Agent_Call.LaunchNestedContainerSession) throws(Refusal) {
        try self.init(
            call.containerID, call.hasCommand ? call.command : nil, call.hasContainer ? call.container : nil,
            isSession: true)
    }

    var hasTerminal: Bool { container.hasTtyInfo }

    /// - Parameters:
    ///   - parent: the root's; a session is in its place, and has its variables.
    ///   - sandbox: the root's `/sandbox` as its processes see it.
    func command(in parent: TaskCommand, sandbox: String) throws(BulkheadError) -> TaskCommand {
        var command = try TaskCommand(command, user: parent.user)
        command.terminal = hasTerminal
        let own = isSession ? sandbox : "\(sandbox)/\(id.place)"
        var variables = isSession ? parent.environment : []
        variables.removeAll { one in command.environment.contains { $0.name == one.name } || one.name == "MESOS_SANDBOX" }
        command.environment = variables + [.init(name: "MESOS_SANDBOX", value: own)] + command.environment
        command.directory = isSession ? parent.directory : TaskCommand.scratchDirectory + "/" + id.place
        return command
    }

    var terminal: TerminalRequest? {
        guard hasTerminal else { return nil }
        var request = TerminalRequest.standard
        if let type = command.environment.variables.last(where: { $0.name == "TERM" })?.value { request.type = type }
        let size = container.ttyInfo.windowSize
        guard container.ttyInfo.hasWindowSize, size.columns > 0, size.rows > 0 else { return request }
        (request.columns, request.rows) = (Int(size.columns), Int(size.rows))
        return request
    }
}
