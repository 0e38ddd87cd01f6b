import Libvirt
import Testing

/// Runs a call that must fail, and gives its error.
func libvirtError(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> some Any
) async throws -> LibvirtError {
    do {
        let value = try await body()
        Issue.record("no error, but \(value)", sourceLocation: sourceLocation)
        throw CancellationError()
    } catch let error as LibvirtError {
        return error
    }
}

/// Waits until something holds; false after ten seconds.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
