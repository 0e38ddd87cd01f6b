import Mesos

/// What a call must hold to be looked at.
enum CallRules {
    /// - Returns: what is wrong, in words; nil for a call in order.
    static func problem(in call: Mesos_V1_Agent_Call) -> String? {
        guard call.hasType else { return "Expecting 'type' to be present" }
        if let (member, isThere) = member(of: call), !isThere { return "Expecting '\(member)' to be present" }
        switch call.type {
        case .launchContainer: return problem(in: call.launchContainer)
        case .waitContainer: return problem(in: call.waitContainer.containerID, "wait_container")
        case .killContainer:
            let signal = call.killContainer.hasSignal ? call.killContainer.signal : 9
            guard (1...64).contains(signal) else { return "'kill_container.signal' is no signal" }
            return problem(in: call.killContainer.containerID, "kill_container")
        case .removeContainer: return problem(in: call.removeContainer.containerID, "remove_container")
        case .waitNestedContainer, .killNestedContainer, .removeNestedContainer, .launchNestedContainer,
            .launchNestedContainerSession, .attachContainerOutput:
            return problem(nested: call)
        default: return nil
        }
    }

    /// The member that carries a call's parameters, and whether it is there.
    private static func member(of call: Mesos_V1_Agent_Call) -> (String, Bool)? {
        switch call.type {
        case .getMetrics: ("get_metrics", call.hasGetMetrics)
        case .setLoggingLevel: ("set_logging_level", call.hasSetLoggingLevel)
        case .listFiles: ("list_files", call.hasListFiles)
        case .readFile: ("read_file", call.hasReadFile)
        case .launchNestedContainer: ("launch_nested_container", call.hasLaunchNestedContainer)
        case .waitNestedContainer: ("wait_nested_container", call.hasWaitNestedContainer)
        case .killNestedContainer: ("kill_nested_container", call.hasKillNestedContainer)
        case .removeNestedContainer: ("remove_nested_container", call.hasRemoveNestedContainer)
        case .launchNestedContainerSession: ("launch_nested_container_session", call.hasLaunchNestedContainerSession)
        case .attachContainerOutput: ("attach_container_output", call.hasAttachContainerOutput)
        case .launchContainer: ("launch_container", call.hasLaunchContainer)
        case .waitContainer: ("wait_container", call.hasWaitContainer)
        case .killContainer: ("kill_container", call.hasKillContainer)
        case .removeContainer: ("remove_container", call.hasRemoveContainer)
        default: nil
        }
    }

    private static func problem(nested call: Mesos_V1_Agent_Call) -> String? {
        switch call.type {
        case .killNestedContainer:
            let kill = call.killNestedContainer
            guard !kill.hasSignal || (1...64).contains(kill.signal) else {
                return "'kill_nested_container.signal' is no signal"
            }
            return problem(in: kill.containerID, "kill_nested_container")
        case .waitNestedContainer: return problem(in: call.waitNestedContainer.containerID, "wait_nested_container")
        case .removeNestedContainer: return problem(in: call.removeNestedContainer.containerID, "remove_nested_container")
        case .launchNestedContainer: return problem(in: call.launchNestedContainer.containerID, "launch_nested_container")
        case .launchNestedContainerSession:
            return problem(in: call.launchNestedContainerSession.containerID, "launch_nested_container_session")
        default: return problem(in: call.attachContainerOutput.containerID, "attach_container_output")
        }
    }

    static func problem(in id: Mesos_V1_ContainerID, _ member: String) -> String? {
        let value = id.value
        let isName = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "/" && $0 != "." }
        guard !value.isEmpty, value.count <= 242, isName else {
            return "'\(member).container_id.value' is empty, longer than 242 characters, or has one of “/”, “.”, "
                + "spaces and control characters"
        }
        return id.hasParent ? problem(in: id.parent, member) : nil
    }

    private static func problem(in launch: Mesos_V1_Agent_Call.LaunchContainer) -> String? {
        if let problem = problem(in: launch.containerID, "launch_container") { return problem }
        guard !launch.containerID.hasParent else { return nil }
        if launch.container.linuxInfo.hasShareCgroups, launch.container.linuxInfo.shareCgroups {
            return "'launch_container.container.linux_info.share_cgroups' must not be true for a standalone container"
        }
        for resource in launch.resources {
            if resource.hasReservation || !resource.reservations.isEmpty || resource.role != "*" {
                return "'launch_container.resources' must be unreserved"
            }
            if resource.hasRevocable { return "'launch_container.resources' must not be revocable" }
            if resource.disk.hasPersistence { return "'launch_container.resources' must not have persistent volumes" }
        }
        return nil
    }
}
