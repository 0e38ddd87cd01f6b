import Foundation
import SSH
import Testing

func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// The error of the library that `body` throws; another outcome is a failed test.
func sshError(_ body: () async throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation) async -> SSHError?
{
    do {
        let value = try await body()
        Issue.record("no error but \(value)", sourceLocation: sourceLocation)
    } catch let error as SSHError {
        return error
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

/// Options whose every budget is short.
func impatient(_ timeout: Duration = .milliseconds(300)) -> SSHOptions {
    var options = SSHOptions()
    options.timeouts.connect = timeout
    options.timeouts.banner = timeout
    options.timeouts.handshake = timeout
    options.timeouts.authentication = timeout
    options.timeouts.channel = timeout
    return options
}

extension SSHChannel {
    /// Takes all output to the end; how many bytes came on standard output.
    func count() async throws -> Int {
        var count = 0
        for try await case .standardOutput(let bytes) in output { count += bytes.count }
        return count
    }
}
