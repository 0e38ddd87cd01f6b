import Isolation

/// A call about a nested container, as v1 JSON has it.
struct ExecCall: Encodable {
    final class ID: Encodable, Sendable {
        let value: String
        let parent: ID?
        init(value: String, parent: ID? = nil) { (self.value, self.parent) = (value, parent) }
    }

    enum About: String { case wait = "WAIT", remove = "REMOVE" }

    private struct Container: Encodable {
        struct TTY: Encodable {
            struct Size: Encodable { var rows, columns: Int }
            var window_size: Size
        }
        var type = "MESOS"
        var tty_info: TTY
    }

    private struct Order: Encodable {
        var container_id: ID
        var command: ExecSession.Command?
        var container: Container?
        var signal: Int32?
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let type: String
    private let order: Order

    init(launching id: ID, _ command: ExecSession.Command, _ terminal: TerminalRequest?) {
        type = "LAUNCH_NESTED_CONTAINER_SESSION"
        let tty = terminal.map { Container(tty_info: .init(window_size: .init(rows: $0.rows, columns: $0.columns))) }
        order = Order(container_id: id, command: command, container: tty)
    }

    init(killing id: ID, _ signal: Int32) {
        type = "KILL_NESTED_CONTAINER"
        order = Order(container_id: id, signal: signal)
    }

    init(_ about: About, _ id: ID) {
        type = about.rawValue + "_NESTED_CONTAINER"
        order = Order(container_id: id)
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Key.self)
        try members.encode(type, forKey: Key(stringValue: "type"))
        try members.encode(order, forKey: Key(stringValue: type.lowercased()))
    }
}
