import Glibc
import Isolation
import VMIsolation

extension RawText {
    /// The process's arguments without its name; bytes that are no UTF-8 survive.
    static func arguments() -> [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map { text($0) } }
    }

    /// The value of an environment variable; nil where it is not set.
    static func environment(_ name: String) -> String? { getenv(name).map { text($0) } }

    private static func text(_ pointer: UnsafePointer<CChar>) -> String {
        encode(Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))))
    }
}
