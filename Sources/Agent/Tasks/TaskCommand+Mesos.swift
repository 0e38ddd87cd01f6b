import Isolation
import Mesos

extension TaskCommand {
    /// An executor's own command.
    ///
    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ command: Mesos_V1_CommandInfo, user: String) throws(BulkheadError) {
        let arguments =
            command.shell ? ["/bin/sh", "-c", command.value] : [command.value] + command.arguments.dropFirst()
        var environment: [Variable] = []
        for variable in command.environment.variables {
            guard variable.type != .secret || variable.secret.type == .value else {
                throw BulkheadError(
                    .badOption, "variable “\(variable.name)”", "there is no store of secrets to look it up in",
                    remedy: "give its value")
            }
            let value =
                variable.type == .secret
                ? String(decoding: variable.secret.value.data, as: UTF8.self) : variable.value
            environment.append(Variable(name: variable.name, value: value))
        }
        self.init(arguments: arguments, environment: environment, user: command.hasUser ? command.user : user)
    }
}
