public import Isolation

/// `external/resources`: live updates and usage of an external program's containers, as far as it offers them.
public struct ExternalIsolator: Isolator {
    public let name = "external/resources"
    private let launcher: ExternalLauncher

    public init(_ launcher: ExternalLauncher) { self.launcher = launcher }

    public func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        guard try await launcher.can(.update) else {
            return .refused(refusal(container, "its program has no operation update"))
        }
        var request = launcher.request(.update, container)
        request.resources = ExternalRequest.Amounts(resources)
        let answer = try await launcher.ask(request, container)
        if let why = answer.refused { return .refused(refusal(container, why)) }
        return answer.pending.map { .pending($0) } ?? .applied
    }

    private func refusal(_ container: ContainerContext, _ why: String) -> BulkheadError {
        BulkheadError(
            .badResource, "container \(container.id)", why, remedy: "ask for other resources, or launch it anew")
    }

    public func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var answer: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            guard let machine = machines[container.id] else { continue }
            answer[container.id] = ResourceUsage(machine, container.record.resources)
        }
        return answer
    }
}
