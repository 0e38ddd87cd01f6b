/// A command as it is to run in a guest.
///
/// Texts may hold bytes that are no UTF-8, in the form that ``RawText`` gives them.
public struct TaskCommand: Hashable, Codable, Sendable {
    public struct Variable: Hashable, Codable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The program, looked up in the guest's `PATH`, and its arguments.
    public var arguments: [String]
    public var environment: [Variable]
    /// Made where it is missing; the scratch disk's directory by default.
    public var directory: String
    /// Known in the guest, by name or number.
    public var user: String
    public var terminal: Bool

    public static let scratchDirectory = "/sandbox"

    public init(
        arguments: [String], environment: [Variable] = [], directory: String = scratchDirectory,
        user: String = "root", terminal: Bool = false
    ) {
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.user = user
        self.terminal = terminal
    }
}
