/// A program to start, from a `CommandInfo`.
package struct CommandPlan: Hashable, Sendable {
    package var program: String
    /// With the program's own name in front.
    package var arguments: [String]
    /// Nil: the executor's own.
    package var user: String?
    package var environment: [Variable]

    package struct Variable: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    init(_ info: JSON) throws(PlanError) {
        let value = info["value"]?.text
        let words = (info["arguments"]?.items ?? []).compactMap(\.text)
        if info["shell"]?.isTrue ?? true {
            guard let value else { throw PlanError("shell command without a value") }
            (program, arguments) = ("/bin/sh", ["sh", "-c", value])
        } else {
            guard let value, !value.isEmpty else { throw PlanError("command without a value") }
            (program, arguments) = (value, words.isEmpty ? [value] : words)
        }
        user = info["user"]?.text
        environment = []
        for variable in info["environment"]?["variables"]?.items ?? [] {
            guard let name = variable["name"]?.text, !name.isEmpty, !name.contains("=") else {
                throw PlanError("environment variable without a usable name")
            }
            // A secret that nobody has resolved has no value.
            guard let value = variable["value"]?.text else { continue }
            environment.append(Variable(name: name, value: value))
        }
        let texts = [program] + arguments + environment.flatMap { [$0.name, $0.value] } + [user ?? ""]
        if texts.contains(where: { $0.utf8.contains(0) }) { throw PlanError("command with a zero byte in it") }
    }
}
