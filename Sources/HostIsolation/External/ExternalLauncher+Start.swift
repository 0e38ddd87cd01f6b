import FoundationEssentials
import Glibc
public import Isolation

extension ExternalLauncher {
    public func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws {
        try await refuse(container.config)
        do {
            try ExternalRecord(machine: container.record.machine, owner: owner).write(in: container.directory)
            for name in ["stdout", "stderr"] { _ = try spool(name, container).create() }
        } catch { throw BulkheadError.host("container \(container.id)", error) }
        _ = try await ask(request(.start, container).with(container.config, plan), container)
    }

    /// What the program cannot do is said before anything is made.
    private func refuse(_ config: ContainerConfig) async throws {
        let wishes: [(Bool, String, ExternalOperation)] = [
            (!config.puts.isEmpty, "--put", .put), (!config.gets.isEmpty, "--get", .get),
        ]
        for (isWanted, option, operation) in wishes {
            let can = try await can(operation)
            guard isWanted, !can else { continue }
            throw BulkheadError(
                .badOption, option, "the external program \(program.path) has no operation \(operation.rawValue)",
                remedy: "leave it out")
        }
        guard config.command.terminal else { return }
        throw BulkheadError(
            .badOption, "--terminal", "an external program offers no terminal",
            remedy: "leave it out, or run it with --isolation=vm")
    }

    func spool(_ name: String, _ container: ContainerContext) -> Spool {
        Spool(path: "\(container.directory)/\(name).spool")
    }

    /// Runs the command with its streams in files.
    ///
    /// - Returns: where the caller's input goes to; nil where there is none.
    func run(_ container: ContainerContext, _ plan: LaunchPlan, hasInput: Bool) async throws -> Descriptor? {
        var request = request(.run, container).with(container.config, plan)
        (request.stdout, request.stderr) = (spool("stdout", container).path, spool("stderr", container).path)
        request.stdin = "/dev/null"
        guard hasInput else {
            _ = try await ask(request, container)
            return nil
        }
        let path = container.directory + "/stdin"
        request.stdin = path
        try SystemCallError.check("mkfifo \(path)") { mkfifo(path, 0o600) }
        // Open at both ends, so that the program's opening waits for nobody.
        let both = try Descriptor(path, O_RDWR | O_NONBLOCK)
        _ = try await ask(request, container)
        return try withExtendedLifetime(both) {
            do throws(SystemCallError) { return try Descriptor(path, O_WRONLY | O_NONBLOCK) } catch {
                throw BulkheadError.host("input of \(container.id)", error)
            }
        }
    }
}
