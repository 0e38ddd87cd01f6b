/// One change to a part of a network. Source: `virNetworkUpdate`.
public struct NetworkUpdate: Hashable, Sendable {
    public var command: Command
    public var section: Section
    /// The element that changes, such as `<host mac='…' ip='…'/>`.
    public var xml: String
    /// Which of several parents the element belongs to, such as the `<ip>` of a DHCP host; nil lets libvirt find it.
    public var parentIndex: Int?

    public init(_ command: Command, _ section: Section, xml: String, parentIndex: Int? = nil) {
        self.command = command
        self.section = section
        self.xml = xml
        self.parentIndex = parentIndex
    }
}
