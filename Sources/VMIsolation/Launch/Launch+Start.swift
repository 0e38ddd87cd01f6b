import Foundation
import Isolation
import Libvirt

/// The guest ended by itself while something else was waited for.
struct GuestEnded: Error {
    let outcome: Outcome
}

extension Launch {
    /// Renders and checks the domain, starts it, and sees from then on how it ends.
    func start(_ machine: Machine) async throws {
        let (template, policy) = (request.template, request.policy)
        try await clock.run(.start, timeout: { Launch.slow(.start) }) {
            let xml = try template.render(machine.plan, policy: policy)
            try Task.checkCancellation()
            try await machine.start(xml: xml, policy: policy)
        }
        started.fulfil(.success(DomainWatch(uuid: machine.plan.uuid, link: link)))
    }

    /// Runs one rung, unless the guest ends first.
    func rung<Value: Sendable>(
        _ stage: LaunchStage, timeout: @escaping @Sendable () -> BulkheadError,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let watch = try await started.value()
        return try await clock.run(stage, timeout: timeout) {
            try await withThrowingTaskGroup(of: Value.self) { group in
                group.addTask { try await body() }
                group.addTask { throw GuestEnded(outcome: try await watch.end.value()) }
                defer { group.cancelAll() }
                guard let value = try await group.next() else { throw CancellationError() }
                return value
            }
        }
    }

    /// The error in our words, with the console's last lines as evidence where a guest was on its way.
    func explain(_ error: any Error) -> BulkheadError {
        var named: BulkheadError
        switch error {
        case let error as BulkheadError: named = error
        case let error as LibvirtError: named = error.named("libvirt")
        case let error as GuestEnded:
            named = BulkheadError(
                .guestDied, "guest of \(request.id)", "it ended while it booted (\(error.outcome.name))",
                remedy: "read the console's last lines; a guest that needs more memory panics early: --mem")
        default:
            named = BulkheadError(
                .hypervisorRefused, "container \(request.id)", "\(error)", remedy: "see bulkhead doctor")
        }
        if let machine { named.evidence += ConsoleLog(path: machine.plan.consoleLog).lastLines() }
        return named
    }
}
