import FoundationEssentials
import Glibc
import Isolation

/// The administrator's program: one run for each operation.
struct ExternalProgram: Sendable {
    /// Of what it writes to standard output.
    static let outputLimit = 1 << 20
    let path: String
    let budgets: [ExternalOperation: Duration]

    /// - Throws: ``BulkheadError`` with `toolMissing` or `permissionDenied`.
    init(_ path: String, budgets: [ExternalOperation: Duration]) throws(BulkheadError) {
        (self.path, self.budgets) = (path, budgets)
        var status = stat()
        guard path.hasPrefix("/"), stat(path, &status) == 0 else {
            throw BulkheadError(
                .toolMissing, "external program \(path)",
                path.hasPrefix("/") ? String(cString: strerror(errno)) : "it is no absolute path",
                remedy: "give --isolation=external: the whole path of a program")
        }
        guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
            throw BulkheadError(
                .permissionDenied, "external program \(path)", "it cannot be executed", remedy: "chmod +x \(path)")
        }
    }

    /// Asks for one thing.
    ///
    /// - Parameter log: takes what the program writes to standard error.
    /// - Throws: ``BulkheadError`` with `toolFailed`, the program's last words as evidence.
    func call(
        _ request: ExternalRequest, in directory: String?, log: @escaping @Sendable ([UInt8]) -> Void
    ) async throws -> ExternalAnswer {
        let words = LastWords()
        let (operation, encoder) = (request.operation, JSONEncoder())
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let budget = budgets[operation] ?? operation.budget
        var call = ProgramCall(arguments: [path, operation.rawValue].map { Array($0.utf8) })
        call.directory = directory
        call.input = Array(try encoder.encode(request))
        call.outputLimit = ExternalProgram.outputLimit
        call.timeout = budget
        call.errors = { bytes in
            words.append(bytes)
            log(bytes)
        }
        do {
            let end = try await call.run()
            guard end.status == 0 else { throw failure(operation, ProgramCall.End.words(for: end.status), words) }
            return try decode(end.output, operation, words)
        } catch ProgramCall.Failure.tooSlow {
            throw failure(operation, "it did not end within \(budget ?? .zero) and was killed", words)
        } catch ProgramCall.Failure.tooMuchOutput {
            throw failure(
                operation, "it wrote more than \(ExternalProgram.outputLimit >> 10) KiB and was killed", words)
        } catch let error as SystemCallError {
            throw failure(operation, "\(error)", words)
        }
    }

    private func decode(_ output: [UInt8], _ operation: ExternalOperation, _ words: LastWords) throws -> ExternalAnswer
    {
        let isEmpty = output.allSatisfy { [0x20, 0x0A, 0x0D, 0x09].contains($0) }
        do {
            return try JSONDecoder().decode(ExternalAnswer.self, from: Data(isEmpty ? Array("{}".utf8) : output))
        } catch {
            let start = String(decoding: output.prefix(80), as: UTF8.self).filter { !$0.isNewline }
            throw failure(operation, "its answer is not the JSON object that is asked for: “\(start)”", words)
        }
    }

    func failure(_ operation: ExternalOperation, _ why: String, _ words: LastWords = LastWords()) -> BulkheadError {
        BulkheadError(
            .toolFailed, "external program \(path), \(operation.rawValue)", why,
            remedy: "see its external.log in the sandbox; docs/external-launcher.md has the protocol",
            evidence: words.lines)
    }
}
