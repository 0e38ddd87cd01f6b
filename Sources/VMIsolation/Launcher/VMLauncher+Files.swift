import Isolation
import SSH

extension VMLauncher {
    /// Over a session of its own: the first one may be gone with whoever followed the command.
    func bringOut(_ container: ContainerContext, _ plan: LaunchPlan, isLast: Bool) async throws -> [LeftOut] {
        if case .success(let end)? = watch(container).end.current {
            throw BulkheadError(
                .guestDied, "files of \(container.id)", "its guest has ended (\(end.outcome.name))",
                remedy: "read the guest's console", evidence: end.evidence)
        }
        let session = try await furtherSession(container, plan)
        do {
            if isLast { _ = try? await session.output(of: GuestCommand.signal(9), limit: 4096, within: .seconds(1)) }
            let leftOut = try await SandboxCopy(of: container).bring(over: session)
            await session.ssh.close()
            return leftOut
        } catch {
            await session.ssh.close()
            throw error
        }
    }
}
