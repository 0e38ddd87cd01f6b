import CLinux
import ExecutorCore
import Glibc

/// The few things that everything here needs of the system.
enum System {
    /// A clock that never goes back.
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    static func stamp() -> Stamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var generator = SystemRandomNumberGenerator()
        let uuid = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Stamp(uuid: uuid, time: Double(time.tv_sec) + Double(time.tv_nsec / 1000) / 1e6)
    }

    /// Into the sandbox's `stderr`, between what tasks say there: only what somebody has to know.
    static func tell(_ text: String) {
        let bytes = Array("bulkhead-executor: \(text)\n".utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// A small file of the system's own; nothing where there is none.
    static func contents(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var all: [UInt8] = []
        while true {
            let part = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, read(file, buffer.baseAddress, 4096))
            }
            if part.isEmpty { return all }
            if all.isEmpty { all = part } else { all += part }
        }
    }

    /// Takes a variable's value out of what others can read of us in `/proc`.
    static func blot(_ name: String) {
        guard let value = getenv(name) else { return }
        memset(value, 0x2a, strlen(value))
    }

    /// Our own variables, each as it is, by their names.
    static func environment() -> [String: [UInt8]] {
        var variables: [String: [UInt8]] = [:]
        var entry = linux_environment()
        while let text = entry?.pointee {
            let bytes = Array(UnsafeBufferPointer(start: text, count: strlen(text))).map { UInt8(bitPattern: $0) }
            if let equals = bytes.firstIndex(of: 0x3d) {
                variables[String(decoding: bytes[..<equals], as: UTF8.self)] = bytes
            }
            entry = entry?.advanced(by: 1)
        }
        return variables
    }
}

extension Duration {
    /// For `poll`: never too short, and a day at most.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return seconds >= 86_400 ? 86_400_000 : max(0, Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1)
    }
}
