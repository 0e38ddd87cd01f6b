import Foundation
import Glibc

/// Small or read-only file systems that a test sees alone: it runs on a thread with mounts of its own, which end with it.
public enum PrivateMounts {
    /// Making mounts takes a privilege.
    public static let isAvailable = (try? onThread { true }) ?? false

    /// - Parameter options: of a `tmpfs`, such as `size=64k`.
    public static func withDisk<Value: Sendable>(
        at path: String, options: String, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try onThread {
            try check(mount("tmpfs", path, "tmpfs", 0, options), "mount \(path)")
            return try body()
        }
    }

    /// A directory that exists, read-only.
    public static func withReadOnly<Value: Sendable>(
        _ path: String, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try onThread {
            try check(mount(path, path, nil, UInt(MS_BIND), nil), "bind \(path)")
            try check(mount(nil, path, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil), "remount \(path)")
            return try body()
        }
    }

    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            result.value = Result {
                // CLONE_NEWNS: the mounts of this thread alone.
                try check(unshare?(0x20000) ?? -1, "unshare")
                try check(mount(nil, "/", nil, UInt(MS_REC | MS_PRIVATE), nil), "private mounts")
                return try body()
            }
            done.signal()
        }
        thread.stackSize = 1 << 20
        thread.start()
        done.wait()
        guard let value = result.value else { throw WaitFailure(what: "a thread's result") }
        return try value.get()
    }

    /// Glibc's module leaves it out, as it is no POSIX.
    private static let unshare = dlsym(nil, "unshare").map {
        unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self)
    }

    private static func check(_ status: Int32, _ call: String) throws {
        guard status == 0 else { throw WaitFailure(what: "\(call): \(String(cString: strerror(errno)))") }
    }

    /// Written before the semaphore is given, read after it was taken.
    private final class Box<Value>: @unchecked Sendable { var value: Result<Value, any Error>? }
}
