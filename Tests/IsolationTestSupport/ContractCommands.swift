public import Isolation

/// The commands that ``LauncherContract`` runs, in the launcher's own words.
public struct ContractCommands: Sendable {
    /// Ends with status 7.
    public var exitsWith7: TaskCommand
    /// Ends by signal 9, from itself.
    public var killedBy9: TaskCommand
    /// Runs for an hour.
    public var sleeps: TaskCommand
    /// Writes `to out` and `to err`, a line each, and ends with 0.
    public var prints: TaskCommand
    /// Writes the line `before`; at signal 10 the line `after`, and ends with 5.
    public var waitsForSignal: TaskCommand
    /// Writes the line `before`, half a second later the line `after`, and ends with 5.
    public var speaksTwice: TaskCommand
    /// Writes what it reads, to the end of its input.
    public var copies: TaskCommand
    /// Leaves its number for ``findsNumber``, writes the line `here`, and runs for an hour.
    public var leavesNumber: TaskCommand
    /// Ends with 0 if the process that left its number is there, else with 1.
    public var findsNumber: TaskCommand

    public init(
        exitsWith7: TaskCommand, killedBy9: TaskCommand, sleeps: TaskCommand, prints: TaskCommand,
        waitsForSignal: TaskCommand, speaksTwice: TaskCommand, copies: TaskCommand, leavesNumber: TaskCommand,
        findsNumber: TaskCommand
    ) {
        self.exitsWith7 = exitsWith7
        self.killedBy9 = killedBy9
        self.sleeps = sleeps
        self.prints = prints
        self.waitsForSignal = waitsForSignal
        self.speaksTwice = speaksTwice
        self.copies = copies
        self.leavesNumber = leavesNumber
        self.findsNumber = findsNumber
    }

    /// For every launcher whose commands find a POSIX shell.
    public static func shell(directory: String = TaskCommand.scratchDirectory) -> ContractCommands {
        func shell(_ script: String) -> TaskCommand {
            TaskCommand(arguments: ["sh", "-c", script], directory: directory)
        }
        return ContractCommands(
            exitsWith7: shell("exit 7"), killedBy9: shell("kill -9 $$"), sleeps: shell("sleep 3600"),
            prints: shell("echo to out; echo to err >&2"),
            waitsForSignal: shell("trap 'echo after; exit 5' USR1; echo before; while :; do sleep 0.05; done"),
            speaksTwice: shell("echo before; sleep 0.5; echo after; exit 5"), copies: shell("cat"),
            leavesNumber: shell("echo $$ >number; echo here; sleep 3600"),
            findsNumber: shell("read -r number <number && kill -0 $number || exit 1"))
    }
}
