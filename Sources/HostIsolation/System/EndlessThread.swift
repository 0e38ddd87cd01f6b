import Glibc
import Isolation

/// A loop without end, on a thread of its own.
final class EndlessThread: Sendable {
    private let body: @Sendable () -> Never

    private init(_ body: @escaping @Sendable () -> Never) { self.body = body }

    static func start(_ body: @escaping @Sendable () -> Never) throws(SystemCallError) {
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, run, Unmanaged.passRetained(EndlessThread(body)).toOpaque())
        guard code == 0 else { throw SystemCallError(call: "pthread_create", code: code) }
        pthread_detach(thread)
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { thread in
        guard let thread else { return nil }
        Unmanaged<EndlessThread>.fromOpaque(thread).takeUnretainedValue().body()
    }
}
