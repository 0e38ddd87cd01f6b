import Glibc
package import Isolation

/// A program of the host's own. Each run has a deadline, and what it writes is bounded.
package struct HostTool: Sendable {
    package static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// What a run came to; what its status means is the caller's to judge.
    package struct End: Sendable {
        package var status: Int32
        package var output: String
        /// The first 64 KiB of what it wrote to standard error.
        package var errors: String

        package var isFine: Bool { status == 0 }
        package var words: String { ProgramCall.End.words(for: status) }
    }

    let name: String
    let origin: String
    let directories: String
    let deadline: Duration

    /// - Parameters:
    ///   - origin: the package that brings it.
    ///   - directories: where it is looked for; `sbin` is not in every user's PATH.
    ///   - deadline: for each run.
    package init(
        _ name: String, of origin: String, in directories: String = HostTool.path, deadline: Duration = .seconds(30)
    ) {
        (self.name, self.origin, self.directories, self.deadline) = (name, origin, directories, deadline)
    }

    /// - Parameter input: what it reads from standard input.
    /// - Throws: ``BulkheadError`` with `toolMissing`, or with `toolFailed` where it could not be started, did not end in
    ///   time or wrote more than 4 MiB: then it is dead, with whatever it started.
    package func run(_ arguments: [String], input: String = "") async throws -> End {
        let file = try HostTool.find(name, of: origin, in: directories)
        let errors = ProgramCall.Kept()
        var call = ProgramCall(arguments: ([file] + arguments).map { Array($0.utf8) })
        call.environment = ["PATH=\(directories)", "LC_ALL=C"]
        call.input = Array(input.utf8)
        call.outputLimit = 4 << 20
        call.timeout = deadline
        call.errors = { if errors.bytes.count < 64 << 10 { _ = errors.append($0) } }
        do {
            let end = try await call.run()
            return End(
                status: end.status, output: String(decoding: end.output, as: UTF8.self),
                errors: String(decoding: errors.bytes, as: UTF8.self))
        } catch ProgramCall.Failure.tooSlow {
            throw failure("it did not end within \(deadline), and was killed", "look at the host's load")
        } catch ProgramCall.Failure.tooMuchOutput {
            throw failure("it wrote more than \(call.outputLimit >> 20) MiB, and was killed", "see what it says")
        } catch let error as SystemCallError { throw failure("\(error)", "see the host's load and limits") }
    }

    private func failure(_ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.toolFailed, name, why, remedy: remedy)
    }

    /// - Throws: ``BulkheadError`` with `toolMissing`.
    package static func find(
        _ name: String, of origin: String = "coreutils and util-linux", in directories: String = path
    ) throws(BulkheadError) -> String {
        for directory in directories.split(separator: ":") where access("\(directory)/\(name)", X_OK) == 0 {
            return "\(directory)/\(name)"
        }
        throw BulkheadError(.toolMissing, name, "it is in none of \(directories)", remedy: "install \(origin)")
    }
}
