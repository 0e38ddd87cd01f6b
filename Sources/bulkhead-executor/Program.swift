import ExecutorCore
import Glibc

#if STATIC_PROGRAM
    /// `@main` would bring the main actor along, and with it the whole concurrency runtime: a tenth of the size.
    @_cdecl("main") func main(_: Int32, _: UnsafeRawPointer?) -> Int32 { Program.run() }
#else
    @main extension Program {
        static func main() { run() }
    }
#endif

struct Program {
    static let version = "0.1.0"

    static func run() -> Never {
        if CommandLine.arguments.count > 1 { answer(CommandLine.arguments[1]) }
        var environment = System.environment()
        let values = environment.mapValues { String(decoding: $0.drop { $0 != 0x3d }.dropFirst(), as: UTF8.self) }
        do throws(ExecutorSettings.Failure) {
            let settings = try ExecutorSettings(values)
            // It is ours alone: a task could speak for us with it.
            environment[ExecutorSettings.tokenVariable] = nil
            System.blot(ExecutorSettings.tokenVariable)
            var loop = Loop(settings, environment: environment)
            exit(loop.run() ? 0 : 1)
        } catch {
            System.tell("\(error)")
            exit(1)
        }
    }

    private static func answer(_ argument: String) -> Never {
        switch argument {
        case "--version": print(version)
        case "--help":
            print("usage: bulkhead-executor [--version]; started by an agent, which tells it all by MESOS_ variables")
        default:
            System.tell("unknown argument: \(argument)")
            exit(2)
        }
        exit(0)
    }
}
